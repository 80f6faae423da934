import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { murmur2 } from '../../../operators/lanes/murmur2.ts'
import { partitionOf } from '../../../operators/lanes/partition-of.ts'

// The client's own hash, which is tested against that of the Java clients.
const required: unknown = createRequire(import.meta.url)('kafkajs/src/producer/partitioners/default/murmur2')
const reference = z
  .function({ input: [z.string()], output: z.int() })
  .implement(z.custom<(text: string) => number>(value => typeof value === 'function').parse(required))

const alphabet = ['a', 'Z', '0', '|', ' ', '\0', 'é', 'ß', '漢', '😀', '\u202e', '\ud800']

test('hashes every length and every tail as the client does, also beyond ASCII', () => {
  let text = ''
  for (let n = 0; n < 2000; n++) {
    expect(murmur2(text), JSON.stringify(text)).toBe(reference(text))
    text = n % 40 === 0 ? '' : text + (alphabet[(n * 7 + (n >> 3)) % alphabet.length] ?? '')
  }
})

test('hashes the known values of the Java clients', () => {
  expect(['21', 'foobar', 'a-little-bit-long-string', 'abc'].map(murmur2)).toEqual([
    -973932308, -790332482, -985981536, 479470107,
  ])
})

test('puts rules with a model in the first half and traditional ones at the same place of the second', () => {
  const seen = new Set<number>()
  for (let n = 0; n < 1000; n++) {
    const model = partitionOf(`rule|${n}`, { partitions: 3, traditional: false })
    const traditional = partitionOf(`rule|${n}`, { partitions: 3, traditional: true })
    expect(traditional - model).toBe(3)
    seen.add(model)
  }
  expect([...seen].sort()).toEqual([0, 1, 2])
})

test('never gives a negative partition', () => {
  const negative = Array.from({ length: 100 }, (_, n) => `k${n}`).filter(key => murmur2(key) < 0)
  expect(negative.length).toBeGreaterThan(10)
  for (const key of negative) {
    const partition = partitionOf(key, { partitions: 7, traditional: false })
    expect(partition).toBe((murmur2(key) & 0x7fffffff) % 7)
    expect(partition).toBeGreaterThanOrEqual(0)
  }
})
