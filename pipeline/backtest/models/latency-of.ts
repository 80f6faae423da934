import { PipelineError } from '../../../schemas/failure.ts'
import type { LatencyOf } from '../../playing/call-turns.ts'
import type { KnownAnswers } from '../answers/known-answers.ts'
import { contentOf } from './content-of.ts'

/** How long models take in virtual time: nothing, so many milliseconds, or as long as they took when answers were recorded. */
export type Latency = number | 'recorded'

const HASH_DIGITS = 8

/** The latency of each call; of those that are recorded it is drawn by what is asked, so that every run draws the same. */
export function latencyOf(latency: Latency, known: KnownAnswers): LatencyOf {
  if (latency !== 'recorded') return () => latency
  const recorded = [...known.all()].flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b)
  if (recorded.length === 0) {
    throw new PipelineError('config_invalid', '--latency recorded: the answers name no latency')
  }
  return request => {
    const drawn = Number.parseInt(contentOf(request).contentHash.slice(0, HASH_DIGITS), 16)
    return recorded[drawn % recorded.length] ?? 0
  }
}
