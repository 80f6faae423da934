import { PipelineError } from '../../../schemas/failure.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import { openRecording } from '../../recordings/open-recording.ts'
import { topicsOf } from '../../topics-of.ts'
import type { PreparedBacktest } from './prepare-backtest.ts'

/** The records of a backtest, as often as they are to be played. */
export interface PlayedRecords {
  batches(): AsyncGenerator<readonly RecordedRecord[]>
  /** Of the latest reading. */
  readonly skipped: Readonly<Record<string, number>>
}

/** Reads the recordings one after the other, and passes on what is to be played of them. */
export function playedRecords({ options, config }: PreparedBacktest): PlayedRecords {
  const { files, skipBad, fromMs, toMs, fromWork } = options
  const { work, ...others } = topicsOf(config.kafka.topic_prefix)
  const own = new Set<string>([work, ...Object.values(others)])
  const isPlayed = ({ topic, timestampMs }: RecordedRecord) =>
    timestampMs >= fromMs && timestampMs < toMs && (fromWork ? topic === work : !own.has(topic))
  const recordings = files.map(file => openRecording(file, { skipBad }))
  return {
    get skipped() {
      const sums = new Map<string, number>()
      for (const { skipped } of recordings)
        for (const [reason, count] of Object.entries(skipped))
          sums.set(reason, (sums.get(reason) ?? 0) + count)
      return Object.fromEntries(sums)
    },
    async *batches() {
      let count = 0
      for (const recording of recordings) {
        for await (const batch of recording.batches()) {
          const played = batch.filter(isPlayed)
          count += played.length
          if (played.length > 0) yield played
        }
      }
      if (count === 0) throw nothing(files, fromWork ? work : null)
    },
  }
}

function nothing(files: readonly string[], topic: string | null): PipelineError {
  const what = topic === null ? 'no record of events' : `no record of ${topic}, which --from-work plays`
  return new PipelineError(
    'recording_invalid',
    `${files.join(', ')}: there is ${what} between --from and --to`,
  )
}
