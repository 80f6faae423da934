import { murmur2 } from '../../../operators/lanes/murmur2.ts'
import { Dice } from './dice.ts'
import type { Emission, GeneratedDay } from './generated-day.ts'

/** How long an event is on its way to its topic. */
const DELAY_MS_MIN = 2
const DELAY_MS_MAX = 9

interface Arrival {
  readonly emission: Emission
  readonly arrivedAtMs: number
}

/** Puts the events of a day onto the partitions of their topics, in the order in which they arrive: a recording as text. */
export function renderRecording(day: GeneratedDay, seed: number): string {
  const { emissions, partitions } = day
  const dice = new Dice(seed, 'arrivals')
  const offsets = new Map<string, number>()
  const next = (name: string): number => {
    const number = offsets.get(name) ?? 0
    offsets.set(name, number + 1)
    return number
  }
  const arrivals = emissions
    .toSorted((a, b) => a.atMs - b.atMs)
    .map((emission): Arrival => {
      return { emission, arrivedAtMs: emission.atMs + dice.whole(DELAY_MS_MIN, DELAY_MS_MAX) }
    })
    .toSorted((a, b) => a.arrivedAtMs - b.arrivedAtMs)
  const lines = arrivals.map(({ emission, arrivedAtMs }) => {
    const { topic, key, id } = emission
    // As Kafka's clients choose it, so that a replay onto as many partitions leaves each record where it was.
    const partition = (murmur2(key) & 0x7fffffff) % (partitions[topic] ?? 1)
    const eventId = typeof id === 'string' ? id : `${id.series}-${next(id.series) + 1}`
    const offset = String(next(placeOf(topic, partition)))
    const timestamp = new Date(arrivedAtMs).toISOString()
    const value = valueOf(emission, eventId)
    return JSON.stringify({ topic, partition, offset, timestamp, key, value, headers: {} })
  })
  return [headerOf(day, offsets), ...lines, ''].join('\n')
}

/** What was recorded: everything of each partition. */
function headerOf({ fromMs, toMs, partitions }: GeneratedDay, offsets: ReadonlyMap<string, number>): string {
  const time = (ms: number) => new Date(ms).toISOString()
  const topics = Object.entries(partitions).map(([topic, count]) => ({
    topic,
    partitions: Array.from({ length: count }, (_, partition) => {
      const end = offsets.get(placeOf(topic, partition)) ?? 0
      return { partition, from_offset: '0', to_offset: String(end) }
    }),
  }))
  return JSON.stringify({
    llmtrigger_recording: 1,
    program: null,
    recorded_at: time(toMs),
    topics,
    from: time(fromMs),
    to: time(toMs),
  })
}

function placeOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}

function valueOf({ type, source, atMs, data }: Emission, eventId: string): string {
  const timestamp = new Date(atMs).toISOString()
  return JSON.stringify({ event_id: eventId, event_type: type, source, timestamp, data })
}
