import { describe, expect, test } from 'vitest'
import { DIFFERENCES_SHOWN_MAX } from '../../../../pipeline/backtest/compare/difference-tally.ts'
import { PlayedPlaces } from '../../../../pipeline/backtest/compare/played-places.ts'
import {
  backtestDifferenceSchema,
  type BacktestDifference,
} from '../../../../schemas/backtest/backtest-difference.ts'
import { compareStreams } from './compare-streams.ts'
import { decisionOf } from './decision-of.ts'

const no = { outcome: 'not_triggered', confidence: 0.1 } as const

describe('the comparison of two streams of decisions', () => {
  test('finds the same windows with the same outcome the same, whatever else they hold', () => {
    const before = [decisionOf([0, 1]), decisionOf([2, 3], no), decisionOf([4], { key: 'ETH' })]
    const after = before.map(decision => ({ ...decision, rule_version: 1, confidence: 0.2, cost_usd: 1 }))
    expect(compareStreams(before, after)).toEqual({
      against: ['old.yaml'],
      compared: 3,
      same: 3,
      changed: {},
      causes: [],
      not_compared: { outside: 0, other_rules: 0 },
      alerts: { kept: 2, gone: 0, new: 0 },
      calls: { before: 3, after: 3 },
      cost_usd: { before: 1.5, after: 3 },
      decisions: [],
      decisions_omitted: 0,
    })
  })

  test('finds nothing in nothing', () => {
    expect(compareStreams([], [])).toMatchObject({ compared: 0, same: 0, changed: {}, decisions: [] })
  })

  test('finds the same events decided otherwise', () => {
    const difference = compareStreams([decisionOf([0, 1])], [decisionOf([0, 1], { ...no, reason: 'calm' })])
    expect(shortOf(difference)).toEqual(['verdict 0,1 -> 0,1'])
    expect(difference.alerts).toEqual({ kept: 0, gone: 1, new: 0 })
    expect(difference.decisions[0]).toMatchObject({
      rule_id: 'spree',
      key: 'BTC',
      before: { outcome: 'triggered', reason: 'spree' },
      after: { outcome: 'not_triggered', reason: 'calm' },
    })
  })

  test('pairs windows of other sizes by the events that they share, each once', () => {
    const before = [decisionOf([0, 1]), decisionOf([2, 3]), decisionOf([4, 5])]
    const after = [decisionOf([0, 1, 2, 3]), decisionOf([4, 5])]
    const difference = compareStreams(before, after)
    expect(shortOf(difference)).toEqual(['window 0,1 -> 0,1,2,3', 'window 2,3 -> none'])
    expect(difference).toMatchObject({ compared: 3, same: 1, alerts: { kept: 3, gone: 0, new: 0 } })
  })

  test('pairs the window that shares most, and leaves none out', () => {
    const difference = compareStreams(
      [decisionOf([0, 1, 2, 3, 4])],
      [decisionOf([0, 1]), decisionOf([2, 3, 4])],
    )
    expect(shortOf(difference)).toEqual(['window 0,1,2,3,4 -> 0,1', 'window none -> 2,3,4'])
  })

  test('finds windows that one side alone has', () => {
    const difference = compareStreams([decisionOf([0])], [decisionOf([1])])
    expect(shortOf(difference)).toEqual(['only_before 0 -> none', 'only_after none -> 1'])
    expect(difference).toMatchObject({ compared: 2, same: 0, alerts: { kept: 0, gone: 1, new: 1 } })
  })

  test('keeps rules and keys apart', () => {
    const before = [decisionOf([0]), decisionOf([0], { rule_id: 'other' })]
    const difference = compareStreams(before, [decisionOf([0], { key: 'ETH' }), before[1] ?? decisionOf([0])])
    expect(shortOf(difference)).toEqual(['only_before 0 -> none', 'only_after none -> 0'])
    expect(difference.same).toBe(1)
  })

  test('takes a decision that is there twice for one', () => {
    const twice = [decisionOf([0, 1]), decisionOf([0, 1])]
    expect(compareStreams(twice, [decisionOf([0, 1])])).toMatchObject({ compared: 1, same: 1 })
  })

  test('says that an alert comes that was none before', () => {
    const difference = compareStreams([decisionOf([0, 1], no)], [decisionOf([0, 1])])
    expect(difference.alerts).toEqual({ kept: 0, gone: 0, new: 1 })
  })

  test('leaves rules out that do not run, on both sides', () => {
    const rules = new Set(['spree'])
    const other = decisionOf([9], { rule_id: 'other' })
    const difference = compareStreams([decisionOf([0]), other], [decisionOf([0]), other], { rules })
    expect(difference).toMatchObject({ compared: 1, same: 1, not_compared: { other_rules: 2, outside: 0 } })
    expect(difference.calls).toEqual({ before: 1, after: 1 })
  })

  test('shows the first, by when they closed, and counts the others', () => {
    const count = DIFFERENCES_SHOWN_MAX + 5
    const before = Array.from({ length: count }, (_, index) => decisionOf([count - index]))
    const difference = compareStreams(before, [])
    expect(difference.decisions).toHaveLength(DIFFERENCES_SHOWN_MAX)
    expect(difference.decisions_omitted).toBe(5)
    expect(difference.decisions[0]?.before?.decision_id).toBe('spree|BTC|1|1')
    expect(difference.decisions.at(-1)?.before?.decision_id).toBe(`spree|BTC|${DIFFERENCES_SHOWN_MAX}|1`)
    expect(difference.causes).toEqual([{ kind: 'only_before', cause: 'unknown', count }])
  })

  test('has the form of its schema', () => {
    const difference = compareStreams([decisionOf([0])], [decisionOf([0], no), decisionOf([1])])
    expect(backtestDifferenceSchema.parse(difference)).toEqual(difference)
  })
})

describe('where confidence, reason and times count', () => {
  test('finds another confidence or reason', () => {
    const exact = { answers: true, times: false }
    const before = [decisionOf([0]), decisionOf([1])]
    const after = [decisionOf([0], { confidence: 0.91 }), decisionOf([1], { reason: 'other' })]
    expect(shortOf(compareStreams(before, after, { exact }))).toEqual(['verdict 0 -> 0', 'verdict 1 -> 1'])
    expect(compareStreams(before, before, { exact })).toMatchObject({ same: 2 })
  })

  test('finds a window that closed at another time, or otherwise', () => {
    const exact = { answers: false, times: true }
    const before = [decisionOf([0]), decisionOf([1]), decisionOf([2])]
    const late = '2026-11-20T11:00:00.000Z'
    const after = [decisionOf([0], { closed_at: late }), decisionOf([1], { closed_by: 'time' })]
    const difference = compareStreams(before, [...after, decisionOf([2], { opened_at: late })], { exact })
    expect(difference.changed).toEqual({ window: 3 })
  })
})

describe('where a part of the stream was played', () => {
  test('counts what is not in it, and what follows from a window that is cut', () => {
    const before = [decisionOf([0, 1, 2]), decisionOf([3, 4, 5]), decisionOf([6, 7, 8]), decisionOf([9])]
    const after = [decisionOf([2, 3, 4]), decisionOf([5, 6])]
    const played = playedFrom(2, 6)
    const difference = compareStreams(before, after, { played })
    // [0..2] and its share are cut at the beginning, [6..8] and its share at the end, [9] is beyond it.
    expect(difference.not_compared).toEqual({ outside: 5, other_rules: 0 })
    expect(shortOf(difference)).toEqual(['window 3,4,5 -> none'])
    expect(difference.causes).toEqual([{ kind: 'window', cause: 'cut', count: 1 }])
  })

  test('waits for the end of a window that is not played yet before it counts as cut', () => {
    const played = playedFrom(0, 1)
    const before = [decisionOf([0, 1, 2, 3])]
    const after = [decisionOf([0, 1]), decisionOf([2, 3])]
    const difference = compareStreams(before, after, { played, afterEach: () => played.played(place(3)) })
    expect(difference.not_compared.outside).toBe(0)
    expect(shortOf(difference)).toEqual(['window 0,1,2,3 -> 0,1', 'window none -> 2,3'])
  })

  test('counts what closed before the first or after the last decision', () => {
    const played = playedFrom(0, 9)
    const after = [decisionOf([1]), decisionOf([4]), decisionOf([5]), decisionOf([6]), decisionOf([8])]
    const difference = compareStreams([decisionOf([4]), decisionOf([6])], after, { played })
    expect(difference.not_compared.outside).toBe(2)
    expect(shortOf(difference)).toEqual(['only_after none -> 5'])
  })

  test('compares what waits for no more when too many wait', () => {
    const played = playedFrom(0, 0)
    const keys = ['BTC', 'ETH', 'XRP']
    const before = keys.map(key => decisionOf([0, 9], { key, events: eventsOf(key) }))
    let added = 0
    const afterEach = () => {
      if (++added === 2) played.played(place(9))
    }
    expect(compareStreams(before, before, { played, waitingMax: 2, afterEach })).toMatchObject({ same: 3 })
  })

  test('refuses more that wait', () => {
    const before = ['BTC', 'ETH', 'XRP'].map(key => decisionOf([0, 9], { key, events: eventsOf(key) }))
    const compare = () => compareStreams(before, before, { played: playedFrom(0, 0), waitingMax: 2 })
    expect(compare).toThrow('more than 1 decisions share events with windows that end later')
  })
})

/** The events of [0, 9], with work ids of their own for each key. */
function eventsOf(key: string) {
  return decisionOf([0, 9]).events.map(event => ({ ...event, work_id: `${event.work_id} ${key}` }))
}

function playedFrom(from: number, to: number): PlayedPlaces {
  const played = new PlayedPlaces()
  played.played(place(from))
  played.played(place(to))
  return played
}

function place(offset: number) {
  return { lane: '0', offset }
}

/** Kind and work offsets of both sides, as the ids of the fixtures name them. */
function shortOf({ decisions }: BacktestDifference): readonly string[] {
  const offsetsOf = (side: { decision_id: string } | null) => side?.decision_id.split('|')[2] ?? 'none'
  return decisions.map(({ kind, before, after }) => `${kind} ${offsetsOf(before)} -> ${offsetsOf(after)}`)
}
