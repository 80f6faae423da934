import { expect, test } from 'vitest'
import { coarserTimeline } from '../../../../../../pipeline/backtest/report/page/charts/coarser-timeline.ts'
import { stepPath } from '../../../../../../pipeline/backtest/report/page/charts/step-path.ts'
import { timeTicks } from '../../../../../../pipeline/backtest/report/page/charts/time-ticks.ts'

const DAY_MS = 86_400_000
const START_MS = Date.parse('2026-11-20T00:00:04Z')

function labels(startMs: number, spanMs: number) {
  return timeTicks(startMs, startMs + spanMs).map(({ label }) => label)
}

test.each([
  [[], ''],
  [[0, 0], ''],
  [[3], 'M0 0v-3h1v3'],
  [[0, 2, 2, 0], 'M0 0h1v-2h2v2h1'],
  [[5, 7, 1], 'M0 0v-5h1v-2h1v6h1v1'],
])('draws %j as %s', (counts, path) => {
  expect(stepPath(counts)).toBe(path)
})

test('labels round times, at most eight, with the day at midnight', () => {
  expect(labels(START_MS, DAY_MS)).toEqual([
    '03:00',
    '06:00',
    '09:00',
    '12:00',
    '15:00',
    '18:00',
    '21:00',
    'Nov 21',
  ])
  expect(labels(START_MS, 90_000)).toEqual([
    '00:00:15',
    '00:00:30',
    '00:00:45',
    '00:01:00',
    '00:01:15',
    '00:01:30',
  ])
  expect(labels(START_MS, 12.1 * DAY_MS)).toEqual(['Nov 21', 'Nov 23', 'Nov 25', 'Nov 27', 'Nov 29', 'Dec 1'])
  expect(labels(START_MS, 3 * 365 * DAY_MS).length).toBeLessThanOrEqual(9)
  expect(labels(START_MS, 0)).toEqual(['00:00:04'])
})

test('places a label where its time lies', () => {
  expect(timeTicks(0, 4000)).toEqual([
    { place: 0, label: 'Jan 1' },
    { place: 0.25, label: '00:00:01' },
    { place: 0.5, label: '00:00:02' },
    { place: 0.75, label: '00:00:03' },
    { place: 1, label: '00:00:04' },
  ])
})

test('makes one of several steps until all lanes together have few enough points, and loses nothing', () => {
  const counts = Array.from({ length: 511 }, () => 1)
  const lane = { matches: counts, windows: counts, calls: counts, alerts: counts }
  const of = (lanes: number) => ({
    start: '2026-11-20T00:00:00.000Z',
    bucket_seconds: 256,
    events: counts,
    rules: Object.fromEntries(Array.from({ length: lanes }, (_, index) => [`rule-${index}`, lane])),
  })
  expect(coarserTimeline(of(25))).toEqual(of(25))
  const coarser = coarserTimeline(of(50))
  expect(coarser.bucket_seconds).toBe(512)
  expect(coarser.events).toEqual([...Array.from({ length: 255 }, () => 2), 1])
  expect(coarser.rules['rule-49']?.alerts).toHaveLength(256)
})
