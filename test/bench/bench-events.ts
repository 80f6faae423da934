import type { Producer } from 'kafkajs'

const SYMBOLS = 100
const TYPES = 10
const BATCH = 1000
const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

/** The n-th event: about 210 bytes, its `share` spread evenly over 0..1, its type one of ten. */
export function benchEvent(n: number, keys = SYMBOLS): string {
  const share = ((n * 7919) % 100_000) / 100_000
  return JSON.stringify({
    event_id: `e-${n}`,
    event_type: `trade.type${Math.floor(n / TYPES) % TYPES}`,
    source: 'exchange-a',
    timestamp: new Date(START_MS + n).toISOString(),
    data: {
      symbol: `SYM${n % keys}`,
      side: n % 2 === 0 ? 'buy' : 'sell',
      share,
      price: 42_000 + (n % 500),
      volume: n % 9973,
    },
  })
}

/** Fills a topic with events that have no key, evenly over its partitions. */
export async function produceEvents(
  producer: Producer,
  { topic, count, partitions, keys }: { topic: string; count: number; partitions: number; keys?: number },
): Promise<void> {
  for (let from = 0; from < count; from += BATCH * partitions) {
    const sends = Array.from({ length: partitions }, (_, partition) => {
      const messages = Array.from({ length: BATCH }, (__, n) => from + partition * BATCH + n)
        .filter(n => n < count)
        .map(n => ({ partition, key: null, value: benchEvent(n, keys) }))
      return messages.length === 0 ? Promise.resolve() : producer.send({ topic, acks: -1, messages })
    })
    await Promise.all(sends)
  }
}
