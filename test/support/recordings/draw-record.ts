import type { HeaderValue } from '../../../operators/lanes/lane.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'

const T0 = Date.UTC(2026, 10, 20)
const texts = ['', 'k', '{"event_type":"x"}', 'ü€😀', '\u0000\u001f"\\\n\r\u2028', '[]', ' ']

/** A record as any program may write it: binary, without key or value, back in time, with odd headers. */
export function drawRecord(random: () => number, offset: number): RecordedRecord {
  const draw = <T>(from: readonly [T, ...T[]]): T => from[Math.floor(random() * from.length)] ?? from[0]
  const bytes = (): Buffer => Buffer.from(Array.from({ length: random() * 40 }, () => random() * 256))
  const written = (): Buffer => Buffer.from(texts[Math.floor(random() * texts.length)] ?? '')
  const payload = (): Buffer | null => draw<() => Buffer | null>([bytes, written, written, () => null])()
  const header = (): HeaderValue | HeaderValue[] => (random() < 0.5 ? payload() : [payload(), payload()])
  const names = ['a', 'trace id', '__proto__', 'constructor', 'ü', '7'].filter(() => random() < 0.15)
  return {
    topic: draw(['signals', 'metrics.a-b_c']),
    partition: draw([0, 1, 7]),
    offset,
    // Back and forth, before the first of all times, and far off.
    timestampMs: draw([T0 + offset, T0 - offset * 1000, T0, -1, Date.UTC(12026, 0, 1)]),
    key: payload(),
    value: payload(),
    headers: Object.fromEntries(names.map(name => [name, header()])),
  }
}
