import { expect, test } from 'vitest'
import { budget } from '../../../operators/gateway/spending/budget.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { memoryTable } from '../../../pipeline/memory/memory-table.ts'
import { keepSpending } from '../../../pipeline/models/keep-spending.ts'

const DAY_MS = 86_400_000
const LOOK_MS = 5000

/** A deployment with a budget of one dollar a day, and half a dollar for each rule. */
function deployment(keysMax = 100) {
  const log = memoryPartition()
  const clock = new DrivenClock(Date.parse('2026-11-20T10:00:00.000Z'))
  const faults: string[] = []
  const onFault = (key: string) => faults.push(key)
  const start = (process: string) => {
    const money = budget({ usdPerDay: 1, rulesMax: 10_000, clock, onWarned: () => undefined })
    const table = memoryTable(log, { keysMax, valueBytesMax: 65_536, onFault })
    const running = keepSpending(table.changes$, {
      table,
      budget: money,
      process,
      clock,
      onFault,
    }).subscribe()
    const spend = (ruleId: string, usd: number) => {
      const reserved = money.reserve({ ruleId, usdPerDay: 0.5 }, usd)
      if (reserved.kind === 'reserved') reserved.settle(usd)
      return reserved.kind
    }
    return { money, spend, running }
  }
  const pass = (ms: number) => {
    clock.advanceTo(clock.now() + ms)
  }
  const keys = () => [...new Set(log.records.map(({ key }) => String(key)))]
  return { log, start, pass, keys, faults }
}

test('a process that starts anew goes on with what was spent today', () => {
  const { start, pass } = deployment()
  const first = start('first')
  expect(first.spend('a', 0.4)).toBe('reserved')
  pass(LOOK_MS)
  first.running.unsubscribe()
  const second = start('second')
  expect(second.spend('a', 0.2)).toBe('spent')
  expect(second.spend('b', 0.5)).toBe('reserved')
  expect(second.spend('c', 0.2)).toBe('spent')
})

test('all processes spend of one budget, each as soon as it has heard of the others', () => {
  const { start, pass } = deployment()
  const [one, two] = [start('one'), start('two')]
  expect([one.spend('a', 0.25), two.spend('b', 0.3)]).toEqual(['reserved', 'reserved'])
  pass(LOOK_MS)
  expect([one.spend('b', 0.25), two.spend('a', 0.3)]).toEqual(['spent', 'spent'])
  expect(one.spend('a', 0.25)).toBe('reserved')
  pass(LOOK_MS)
  // What it has heard before is not charged again: 0.8 are spent.
  expect([two.spend('c', 0.2), two.spend('d', 0.01)]).toEqual(['reserved', 'spent'])
})

test('a new day begins with nothing spent, and what is of the day before is taken away', () => {
  const { start, pass, log, keys } = deployment()
  const first = start('first')
  first.spend('a', 0.5)
  pass(LOOK_MS)
  first.running.unsubscribe()
  pass(DAY_MS)
  const second = start('second')
  expect(second.spend('a', 0.5)).toBe('reserved')
  pass(LOOK_MS)
  expect(keys()).toEqual(['spent/first', 'spent/second'])
  expect(log.records.at(-1)).toMatchObject({ value: null })
  expect(first.money.own.usdByRule.size).toBe(0)
})

test('names the rules that cost most, and takes the others together', () => {
  const { start, pass, log } = deployment()
  const first = start('first')
  for (let rule = 0; rule < 600; rule++) first.spend(`rule-${rule}`, rule < 500 ? 0.001 : 0.0001)
  pass(LOOK_MS)
  const { rules } = JSON.parse(String(log.records[0]?.value))
  expect(Object.keys(rules)).toHaveLength(501)
  expect(rules['']).toBeCloseTo(0.01)
  expect(start('second').spend('other', 0.495)).toBe('spent')
})

test('writes only what has changed, and what could not be written later', () => {
  const { start, pass, log } = deployment()
  const first = start('first')
  pass(10 * LOOK_MS)
  expect(log.records).toHaveLength(0)
  first.spend('a', 0.1)
  pass(10 * LOOK_MS)
  expect(log.records).toHaveLength(1)
  first.spend('a', 0.1)
  pass(LOOK_MS)
  expect(log.records).toHaveLength(2)
})
