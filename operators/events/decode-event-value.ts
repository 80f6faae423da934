import { isUtf8 } from 'node:buffer'
import { PipelineError } from '../../schemas/failure.ts'
import { EVENT_DEPTH_MAX, isDeeper } from '../../schemas/is-deeper.ts'
import { decodeEventObject, type JsonObject } from './decode-event-object.ts'

/** Parses the value of a record, which has to be a JSON object in UTF-8. */
export function decodeEventValue(value: Buffer | null, bytesMax: number): JsonObject | PipelineError {
  if (value === null) return invalid('the record has no value')
  if (value.length > bytesMax) {
    const message = `the value has ${value.length} bytes: send less, or raise lanes.event_bytes_max above ${bytesMax}`
    return new PipelineError('event_too_large', message)
  }
  if (!isUtf8(value)) return invalid('the value is not UTF-8: send JSON in UTF-8')
  const parsed = parse(withoutMark(value).toString('utf8'))
  if (parsed instanceof PipelineError) return parsed
  // So few bytes cannot nest too deep.
  if (value.length > 2 * EVENT_DEPTH_MAX && isDeeper(parsed, EVENT_DEPTH_MAX)) {
    return invalid(`the value nests deeper than ${EVENT_DEPTH_MAX} levels: send a flatter one`)
  }
  return (
    decodeEventObject(parsed) ?? invalid('the value is no JSON object: send an object, not a list or a text')
  )
}

function invalid(message: string, cause?: unknown): PipelineError {
  return new PipelineError('event_invalid', message, { cause })
}

function withoutMark(value: Buffer): Buffer {
  const isMarked = value[0] === 0xef && value[1] === 0xbb && value[2] === 0xbf
  return isMarked ? value.subarray(3) : value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return invalid('the value is not JSON: send a JSON object', error)
  }
}
