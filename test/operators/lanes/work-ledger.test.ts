import { expect, test } from 'vitest'
import { workLedger } from '../../../operators/lanes/work-ledger.ts'

test('starts at the committed offset and holds nothing', () => {
  expect(workLedger(7)).toMatchObject({ position: 7, watermark: 7, ahead: 0, oldestArrivedAtMs: null })
})

test('keeps the watermark at the lowest unfinished offset', () => {
  const ledger = workLedger(0)
  for (const offset of [0, 1, 2, 3]) ledger.take(offset, 100 + offset)
  ledger.finish(1)
  ledger.finish(3)
  expect(ledger).toMatchObject({ watermark: 0, ahead: 2, oldestArrivedAtMs: 100 })
  ledger.finish(0)
  expect(ledger).toMatchObject({ watermark: 2, ahead: 1, oldestArrivedAtMs: 102 })
  ledger.finish(2)
  expect(ledger).toMatchObject({ watermark: 4, ahead: 0, oldestArrivedAtMs: null })
})

test('passes gaps that control records and aborted ones leave', () => {
  const ledger = workLedger(0)
  ledger.take(3, 0)
  expect(ledger.watermark).toBe(3)
  ledger.passTo(9)
  expect(ledger).toMatchObject({ position: 9, watermark: 3 })
  ledger.finish(3)
  expect(ledger.watermark).toBe(9)
  ledger.passTo(5)
  expect(ledger.position).toBe(9)
})

test('throws where an offset is taken twice, finished twice, or finished and never taken', () => {
  const ledger = workLedger(5)
  expect(() => {
    ledger.take(4, 0)
  }).toThrow()
  ledger.take(5, 0)
  expect(() => {
    ledger.take(5, 0)
  }).toThrow()
  ledger.finish(5)
  expect(() => {
    ledger.finish(5)
  }).toThrow()
  expect(() => {
    ledger.finish(6)
  }).toThrow()
})

test('counts a dropped repeat as finished ahead, and passes it when all below is finished', () => {
  const ledger = workLedger(0)
  for (const offset of [0, 1, 2, 3]) ledger.take(offset, 0)
  ledger.drop(1)
  ledger.drop(3)
  expect(ledger).toMatchObject({ watermark: 0, ahead: 2 })
  ledger.finish(0)
  expect(ledger).toMatchObject({ watermark: 2, ahead: 1 })
  ledger.finish(2)
  expect(ledger).toMatchObject({ watermark: 4, ahead: 0 })
})

test('lets a decision finish a repeat that it names, also when the watermark has passed it meanwhile', () => {
  const ledger = workLedger(0)
  for (const offset of [0, 1, 2]) ledger.take(offset, 0)
  ledger.drop(1)
  ledger.drop(2)
  ledger.finish(2)
  expect(ledger).toMatchObject({ watermark: 0, ahead: 2 })
  ledger.finish(0)
  expect(ledger).toMatchObject({ watermark: 3, ahead: 0 })
  ledger.finish(1)
  expect(ledger).toMatchObject({ watermark: 3, ahead: 0 })
})

test('knows the lowest offset that only a decision can finish', () => {
  const ledger = workLedger(0)
  for (const offset of [0, 1, 2]) ledger.take(offset, 0)
  expect(ledger.lowestHeld).toBe(0)
  ledger.pass(0)
  expect(ledger).toMatchObject({ watermark: 0, lowestHeld: 1, ahead: 0 })
  ledger.drop(2)
  expect(ledger).toMatchObject({ watermark: 0, lowestHeld: 1, ahead: 1 })
  ledger.finish(1)
  expect(ledger).toMatchObject({ watermark: 0, lowestHeld: 3, ahead: 0 })
  ledger.finish(0)
  expect(ledger).toMatchObject({ watermark: 3, lowestHeld: 3, ahead: 0 })
})

test('throws where an offset is passed or dropped that is not held', () => {
  const ledger = workLedger(0)
  ledger.take(0, 0)
  ledger.pass(0)
  expect(() => {
    ledger.drop(0)
  }).toThrow()
  expect(() => {
    ledger.pass(1)
  }).toThrow()
})

test('drops finished entries in bulk and stays right over many of them', () => {
  const ledger = workLedger(0)
  for (let offset = 0; offset < 10_000; offset++) {
    ledger.take(offset, offset)
    if (offset >= 5) ledger.finish(offset - 5)
  }
  expect(ledger).toMatchObject({ watermark: 9995, position: 10_000, ahead: 0, oldestArrivedAtMs: 9995 })
})

test('finishes a repeat that is named long after its entry was dropped, and finishes nothing twice', () => {
  const ledger = workLedger(0)
  ledger.take(0, 0)
  ledger.take(1, 0)
  ledger.drop(1)
  ledger.finish(0)
  for (let offset = 2; offset < 5000; offset++) {
    ledger.take(offset, 0)
    ledger.finish(offset)
  }
  ledger.finish(1)
  for (const offset of [0, 1, 4999, 5000]) {
    expect(() => {
      ledger.finish(offset)
    }).toThrow(`offset ${offset} is not held`)
  }
  expect(ledger).toMatchObject({ watermark: 5000, ahead: 0 })
})
