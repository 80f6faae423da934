import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerCache, type KeptAnswer } from '../../../../operators/gateway/answers/answer-cache.ts'

const TTL_MS = 1000
const hash = fc.nat(20).map(String)
const step = fc.oneof(
  fc.record({ act: fc.constant('keep' as const), hash, characters: fc.nat(3000) }),
  fc.record({ act: fc.constant('get' as const), hash }),
  fc.record({ act: fc.constant('pass' as const), ms: fc.nat(600) }),
)

function answerOf(characters: number): KeptAnswer {
  return { model: 'fast', text: 'x'.repeat(characters), finish: 'stop', tokens: { input: 1, output: 1 } }
}

test('never holds more than its bytes, lets go of what was used longest ago, and gives nothing too old', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200 }),
      fc.integer({ min: 1000, max: 20_000 }),
      (steps, bytesMax) => {
        const clock = { nowMs: 0, now: () => clock.nowMs }
        const cache = answerCache({ bytesMax, clock, random: () => 0.5 })
        const model = new UsedLastMap(bytesMax)
        for (const taken of steps) {
          if (taken.act === 'pass') clock.nowMs += taken.ms
          if (taken.act === 'keep') {
            cache.keep(taken.hash, answerOf(taken.characters))
            model.keep(taken.hash, { characters: taken.characters, atMs: clock.nowMs })
          }
          if (taken.act === 'get') {
            const expected = model.get(taken.hash, clock.nowMs)
            expect(cache.get(taken.hash, TTL_MS)?.text.length).toBe(expected)
          }
          expect(cache.statistics).toMatchObject({ bytes: model.bytes, entries: model.entries.size })
          expect(model.bytes).toBeLessThanOrEqual(bytesMax)
        }
      },
    ),
    { numRuns: 300 },
  )
})

interface Entry {
  readonly characters: number
  readonly atMs: number
}

/** What the cache has to hold, in the order of use. */
class UsedLastMap {
  readonly entries = new Map<string, Entry>()
  private readonly bytesMax: number

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  get bytes(): number {
    return [...this.entries].reduce((sum, [key, { characters }]) => sum + sizeOf(key, characters), 0)
  }

  keep(key: string, entry: Entry): void {
    if (sizeOf(key, entry.characters) > this.bytesMax) return
    this.use(key, entry)
    while (this.bytes > this.bytesMax) this.entries.delete(String(this.entries.keys().next().value))
  }

  get(key: string, nowMs: number): number | undefined {
    const entry = this.entries.get(key)
    if (entry === undefined) return undefined
    this.use(key, entry)
    return nowMs - entry.atMs < TTL_MS ? entry.characters : undefined
  }

  private use(key: string, entry: Entry): void {
    this.entries.delete(key)
    this.entries.set(key, entry)
  }
}

function sizeOf(key: string, characters: number): number {
  return 400 + 2 * (key.length + characters)
}
