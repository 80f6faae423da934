import type { Recording } from '../open-recording.ts'
import type { RecordedRecord } from '../recorded-record.ts'
import type { RecordingHeader } from '../recording-header.ts'
import { isSelected, type ReplaySelection } from './replay-selection.ts'

/** What there is of one topic. */
export interface SurveyedTopic {
  records: number
  /** Of the topic that was recorded, as far as the recording tells. */
  partitions: number
}

export interface Survey {
  /** In the order of their first records. */
  readonly topics: ReadonlyMap<string, SurveyedTopic>
  records: number
  /** Of the first record, and the latest of all. */
  firstMs: number
  lastMs: number
}

/** Reads a recording once, to its end, before anything is done with it: what is wrong with it is known then. */
export async function surveyRecording(recording: Recording, selection: ReplaySelection): Promise<Survey> {
  const topics = new Map<string, SurveyedTopic>()
  const survey = { topics, records: 0, firstMs: NaN, lastMs: -Infinity }
  for await (const batch of recording.batches()) {
    for (const record of batch) {
      if (!isSelected(record, selection)) continue
      count(topics, record)
      if (survey.records === 0) survey.firstMs = record.timestampMs
      survey.lastMs = Math.max(survey.lastMs, record.timestampMs)
      survey.records++
    }
  }
  widen(topics, recording.header?.topics ?? [])
  return survey
}

/** A topic may have had partitions of which no record is there. */
function widen(topics: ReadonlyMap<string, SurveyedTopic>, recorded: RecordingHeader['topics']): void {
  for (const { topic, partitions } of recorded) {
    const found = topics.get(topic)
    if (found === undefined) continue
    for (const { partition } of partitions) found.partitions = Math.max(found.partitions, partition + 1)
  }
}

function count(topics: Map<string, SurveyedTopic>, { topic, partition }: RecordedRecord): void {
  const found = topics.get(topic) ?? { records: 0, partitions: 0 }
  found.records++
  found.partitions = Math.max(found.partitions, partition + 1)
  topics.set(topic, found)
}
