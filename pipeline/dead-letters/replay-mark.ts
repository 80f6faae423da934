import type { OutputRecord } from '../../operators/lanes/lane.ts'
import type { DeadLetter } from './read-dead-letter.ts'

export interface ReplayMarkOptions {
  /** The dead-letter topic. */
  readonly topic: string
  /** Where the record was replayed to. */
  readonly target: string
  readonly at: string
}

/**
 * The record that says of a dead letter that it was replayed, written in the same transaction as the replay.
 *
 * It lies behind its dead letter in the same partition, so that retention never deletes the mark first.
 */
export function replayMark(letter: DeadLetter, { topic, target, at }: ReplayMarkOptions): OutputRecord {
  return {
    topic,
    partition: letter.partition,
    key: letter.key,
    value: null,
    headers: {
      'llmtrigger-replayed-partition': `${letter.partition}`,
      'llmtrigger-replayed-offset': `${letter.offset}`,
      'llmtrigger-target': target,
      'llmtrigger-at': at,
    },
  }
}
