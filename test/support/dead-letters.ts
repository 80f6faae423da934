import type { LogHeaders, LogRecord } from '../../operators/lanes/lane.ts'
import { type DeadLetter, readDeadLetter } from '../../pipeline/dead-letters/read-dead-letter.ts'

export interface LetterOptions {
  readonly partition?: number
  readonly offset?: number
  readonly timestampMs?: number
  readonly value?: Buffer | null
  /** Headers besides, or instead of, those of an event that is none. */
  readonly headers?: LogHeaders
}

/** A record of the dead-letter topic, an event that is none unless its headers say otherwise. */
export function letterRecord(options: LetterOptions = {}): LogRecord {
  const { offset = 0, timestampMs = Date.parse('2026-11-20T10:00:00Z'), value = Buffer.from('x') } = options
  const headers = {
    'llmtrigger-stage': 'route',
    'llmtrigger-reason': 'event_invalid',
    'llmtrigger-detail': 'not JSON',
    'llmtrigger-target': 'signals',
    'llmtrigger-topic': 'signals',
    'llmtrigger-partition': '1',
    'llmtrigger-offset': '17',
    'llmtrigger-at': '2026-11-20T10:00:00.123Z',
    'llmtrigger-truncated': 'false',
    ...options.headers,
  }
  return { offset, timestampMs, key: Buffer.from('k'), value, headers }
}

/** The dead letter that such a record is. */
export function deadLetterOf(options: LetterOptions = {}): DeadLetter {
  const letter = readDeadLetter(letterRecord(options), options.partition ?? 0)
  if (letter.kind !== 'letter') throw new Error(`a ${letter.kind}, and no letter`)
  return letter
}
