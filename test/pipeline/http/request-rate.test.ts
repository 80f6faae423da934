import { expect, test } from 'vitest'
import { CLIENTS_MAX, RequestRate } from '../../../pipeline/http/request-rate.ts'

function start(requestsPerMinute: number) {
  let now = 0
  const rate = new RequestRate({ requestsPerMinute, nowMs: () => now })
  const after = (ms: number) => {
    now += ms
    return rate
  }
  return { rate, after }
}

test('lets so many pass at once, and then as many a minute', () => {
  const { rate, after } = start(3)
  expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([0, 0, 0, 20])
  expect(after(5000).take('a')).toBe(15)
  expect(after(14_999).take('a')).toBe(1)
  expect(after(1).take('a')).toBe(0)
  expect(rate.take('a')).toBe(20)
  after(3_600_000)
  expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([0, 0, 0, 20])
})

test('counts each client by itself', () => {
  const { rate } = start(1)
  expect([rate.take('a'), rate.take('b'), rate.take('a')]).toEqual([0, 0, 60])
})

test('counts so many clients and no more', () => {
  const { rate } = start(1)
  for (let n = 0; n < CLIENTS_MAX; n++) rate.take(`client ${n}`)
  expect(rate.take('client 0')).toBe(60)
  rate.take('one more')
  expect(rate.take('client 1')).toBe(0)
  expect(rate.take('client 0')).toBe(60)
})
