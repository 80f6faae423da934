import type { LogRecord, SourcePlace } from '../operators/lanes/lane.ts'
import { coordinatesSchema } from '../schemas/event.ts'
import { workSchema } from '../schemas/work.ts'
import { readDeadLetter } from './dead-letters/read-dead-letter.ts'

const sourceSchema = workSchema.pick({ source: true })

/** ROUTE writes it last: what comes before, the whole event, need not be read. */
const SOURCE_KEY = '"source":'
const TAIL_BYTES = 512

/** The source record that a work record or a dead letter of ROUTE came of; null for any other record. */
export function sourceOfOutput(record: LogRecord): SourcePlace | null {
  const letter = readDeadLetter(record, 0)
  if (letter.kind !== 'letter') return sourceOfWork(record)
  return letter.stage === 'route' ? placeOf(letter.origin) : null
}

function sourceOfWork({ value }: LogRecord): SourcePlace | null {
  if (value === null) return null
  const tail = value.subarray(-TAIL_BYTES).toString()
  const start = tail.lastIndexOf(SOURCE_KEY)
  const last =
    start < 0 ? null : coordinatesSchema.safeParse(parse(tail.slice(start + SOURCE_KEY.length, -1)))
  if (last?.success === true) return placeOf(last.data)
  // Another version may have another order.
  const { data } = sourceSchema.safeParse(parse(value.toString()))
  return data === undefined ? null : placeOf(data.source)
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: string }) {
  return { topic, partition, offset: Number(offset) }
}
