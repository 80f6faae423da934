import type { TopicTimes } from '../../kafka/recordings/topic-times.ts'
import { amountText } from '../../terminal/amount-text.ts'
import type { Survey } from './survey-recording.ts'

export interface TimeWarningsOptions {
  readonly survey: Pick<Survey, 'firstMs'>
  readonly timestamps: 'keep' | 'now'
  readonly nowMs: number
}

/** What the target topics will do to the times of the records, or because of them. */
export function timeWarnings(
  times: readonly TopicTimes[],
  { survey, timestamps, nowMs }: TimeWarningsOptions,
): readonly string[] {
  if (timestamps === 'now') return []
  return times.flatMap(({ topic, isAppendTime, retentionMs }) => {
    if (isAppendTime) return [`${topic} has LogAppendTime: its records get the time at which they come`]
    if (retentionMs === null || survey.firstMs >= nowMs - retentionMs) return []
    const age = amountText(retentionMs / 1000, 'seconds')
    return [
      `${topic} deletes what is older than ${age}, and the first records are: --timestamps now keeps them`,
    ]
  })
}
