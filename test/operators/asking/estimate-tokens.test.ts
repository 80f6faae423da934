import { expect, test } from 'vitest'
import { estimateTokens } from '../../../operators/asking/estimate-tokens.ts'

// Real counts of cl100k_base and o200k_base, whichever is higher.
test.each([
  [
    '{"event_id":"e-1","event_type":"trade.signal","data":{"symbol":"BTCUSDT","side":"buy","volume":100000}}',
    31,
  ],
  ['服务器在三次尝试之后仍然没有回应,客户被要求稍后再试。', 27],
  ['Сервис оплаты не ответил после трёх попыток', 20],
  ['😀🚀🔥', 8],
])('estimates no less than the real count: %s', (text, real) => {
  expect(estimateTokens(text)).toBeGreaterThanOrEqual(real)
  expect(estimateTokens(text)).toBeLessThanOrEqual(3 * real)
})

test('estimates nothing for nothing', () => {
  expect(estimateTokens('')).toBe(0)
})
