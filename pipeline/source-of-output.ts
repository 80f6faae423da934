import type { LogRecord, SourcePlace } from '../operators/lanes/lane.ts'
import { workSchema } from '../schemas/work.ts'
import { readDeadLetter } from './dead-letters/read-dead-letter.ts'

const sourceSchema = workSchema.pick({ source: true })

/** The source record that a work record or a dead letter of ROUTE came of; null for any other record. */
export function sourceOfOutput(record: LogRecord): SourcePlace | null {
  const letter = readDeadLetter(record, 0)
  if (letter.kind !== 'letter') return sourceOfWork(record)
  return letter.stage === 'route' ? placeOf(letter.origin) : null
}

function sourceOfWork({ value }: LogRecord): SourcePlace | null {
  try {
    const { data } = sourceSchema.safeParse(JSON.parse(value?.toString() ?? ''))
    return data === undefined ? null : placeOf(data.source)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function placeOf({ topic, partition, offset }: { topic: string; partition: number; offset: string }) {
  return { topic, partition, offset: Number(offset) }
}
