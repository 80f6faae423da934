import { decodeEvent } from '../../operators/events/decode-event.ts'
import { FieldSketch } from '../../operators/events/field-sketch.ts'
import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { openRecording } from './open-recording.ts'

/** The fields that the events of a recording have; records that are no events are passed over. */
export async function fieldsOfRecording(file: string, sources: Config['sources']): Promise<FieldSketch> {
  const sketch = new FieldSketch({ clock: { now: () => 0 }, perSecondMax: Infinity, oneIn: 1 })
  const maps = new Map(sources.map(({ topic, map }) => [topic, map]))
  for await (const batch of openRecording(file).batches()) {
    for (const record of batch) {
      if (record.value === null) continue
      const { topic, partition } = record
      const map = maps.get(topic)
      const event = decodeEvent(record, { topic, partition, eventBytesMax: Infinity, ...(map && { map }) })
      if (!(event instanceof PipelineError)) sketch.offer(event)
    }
  }
  return sketch
}
