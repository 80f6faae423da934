import { expect, test } from 'vitest'
import { EarlierDecisions } from '../../../../pipeline/backtest/compare/earlier-decisions.ts'
import { decisionOf } from './decision-of.ts'

const placeOf = () => ({ lane: '0', offset: 0 })

test('refuses more decisions than may be kept', () => {
  const earlier = new EarlierDecisions({ placeOf, decisionsMax: 2 })
  earlier.add(decisionOf([0]))
  earlier.add(decisionOf([1]))
  expect(() => {
    earlier.add(decisionOf([2]))
  }).toThrow('at most 2 decisions can be compared with; compare a shorter part by --from and --to')
})

test('refuses more events than may be kept', () => {
  const earlier = new EarlierDecisions({ placeOf, eventsMax: 3 })
  earlier.add(decisionOf([0, 1, 2]))
  expect(() => {
    earlier.add(decisionOf([3]))
  }).toThrow('at most decisions on 3 events can be compared with')
})

test('knows up to when a timer of the rule and key had gone before each window', () => {
  const earlier = new EarlierDecisions({ placeOf })
  const timed = { closed_by: 'time', closed_at: '2026-11-20T10:00:30.000Z' } as const
  earlier.add(decisionOf([0], timed))
  earlier.add(decisionOf([1]))
  earlier.add(decisionOf([2], { key: 'ETH' }))
  earlier.add(decisionOf([3], { ...timed, closed_by: 'tick', closed_at: '2026-11-20T10:01:00.000Z' }))
  earlier.add(decisionOf([4]))
  expect(earlier.decisions.map(({ afterMs }) => afterMs)).toEqual([
    null,
    Date.parse('2026-11-20T10:00:30.000Z'),
    null,
    Date.parse('2026-11-20T10:00:30.000Z'),
    Date.parse('2026-11-20T10:01:00.000Z'),
  ])
})
