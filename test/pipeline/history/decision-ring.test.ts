import { expect, test } from 'vitest'
import { DecisionRing, type DecisionRingOptions } from '../../../pipeline/history/decision-ring.ts'

function ringOf(options: Partial<DecisionRingOptions> = {}) {
  const ring = new DecisionRing({ ofRuleMax: 100, decisionsMax: 100, bytesMax: 1_000_000, ...options })
  ring.open([
    { offset: 0, atMs: 0 },
    { offset: 0, atMs: 0 },
  ])
  const next = [0, 0]
  const add = (ruleId: string, partition = 0, bytes = 10): void => {
    const offset = next[partition] ?? 0
    next[partition] = offset + 1
    ring.add({ ruleId, partition, offset, atMs: offset, value: Buffer.alloc(bytes) })
  }
  const offsets = (ruleId: string, partition = 0) =>
    ring.of(ruleId, partition).decisions.map(({ offset }) => offset)
  return { ring, add, offsets }
}

test('keeps the decisions of each rule and partition apart, in order', () => {
  const { add, offsets, ring } = ringOf()
  for (const rule of ['a', 'b', 'a']) add(rule)
  add('a', 1)
  expect([offsets('a'), offsets('b'), offsets('a', 1), offsets('c')]).toEqual([[0, 2], [1], [0], []])
  expect(ring.of('c', 0).floor).toEqual({ offset: 0, atMs: 0 })
})

test('keeps only the newest of a rule, and says from where on that is all', () => {
  const { add, offsets, ring } = ringOf({ ofRuleMax: 2 })
  add('b')
  for (let n = 0; n < 5; n++) add('a')
  expect([offsets('a'), offsets('b')]).toEqual([[4, 5], [0]])
  expect(ring.of('a', 0).floor).toEqual({ offset: 4, atMs: 3 })
  expect(ring.of('b', 0).floor).toEqual({ offset: 0, atMs: 0 })
})

test('lets go of the oldest of all rules at its most decisions, and of what is known of a rule that has none left', () => {
  const { add, offsets, ring } = ringOf({ ofRuleMax: 2, decisionsMax: 4 })
  for (let n = 0; n < 3; n++) add('a')
  for (const rule of ['b', 'c', 'd', 'e']) add(rule, 1)
  expect(ring.count).toBe(4)
  expect([offsets('a'), offsets('b', 1), offsets('e', 1)]).toEqual([[], [0], [3]])
  // All that came before its last one is gone, for whichever rule.
  expect(ring.of('a', 0).floor).toEqual({ offset: 3, atMs: 2 })
  expect(ring.of('new', 0).floor).toEqual({ offset: 3, atMs: 2 })
})

test('holds no more than its most bytes, whatever comes', () => {
  const { add, ring, offsets } = ringOf({ bytesMax: 10_000 })
  for (let n = 0; n < 200; n++) {
    add(`rule-${n % 7}`, n % 2, (n * 331) % 4000)
    expect(ring.bytes).toBeLessThanOrEqual(10_000)
  }
  add('huge', 0, 20_000)
  expect([ring.count, ring.bytes, offsets('huge')]).toEqual([0, 0, []])
})

test('stays exact over many that come and go', () => {
  const { add, ring, offsets } = ringOf({ ofRuleMax: 3, decisionsMax: 10 })
  add('old')
  for (let n = 0; n < 20_000; n++) add('busy')
  expect([ring.count, offsets('old'), offsets('busy')]).toEqual([4, [0], [19_998, 19_999, 20_000]])
})
