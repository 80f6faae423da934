import { expect, test } from 'vitest'
import { servedTests } from '../../../pipeline/rules-api/served-tests.ts'
import { SERVED_EVENTS_MAX } from '../../../pipeline/rules-api/too-many-events.ts'
import { traditionalRule } from '../../support/traditional-rule.ts'

const event = (repeat: number) => ({ event_type: 'trade.signal', data: { volume: 6 }, repeat })
const testOf = (name: string, repeat: number, alerts: number) => ({
  name,
  events: [event(repeat)],
  expect: { alerts },
})

test('runs the tests of a rule, and tells what fails', async () => {
  const rule = traditionalRule('a', { tests: [testOf('right', 2, 2), testOf('wrong', 2, 3)] })
  expect(await servedTests().failing(rule)).toEqual([
    { path: 'tests.1.expect.alerts', message: expect.stringContaining('expected 3, got 2') },
  ])
  expect(await servedTests().failing(traditionalRule('b'))).toEqual([])
})

test('runs as many events as it may, and names a test that has more', async () => {
  const [most, more] = [
    testOf('most', SERVED_EVENTS_MAX, SERVED_EVENTS_MAX),
    testOf('more', SERVED_EVENTS_MAX + 1, 1),
  ]
  expect(await servedTests().failing(traditionalRule('a', { tests: [most] }))).toEqual([])
  const rule = traditionalRule('a', { tests: [most, more] })
  expect(await servedTests().failing(rule)).toEqual([
    { path: 'tests.1.events', message: expect.stringMatching(/^has 1001 events .*at most 1000/) },
  ])
})

test('runs two at once and no third, until one has ended', async () => {
  const tests = servedTests()
  const rule = traditionalRule('a')
  const run = () => tests.run(rule, { events: [event(1)] })
  const first = [run(), run()]
  await expect(run()).rejects.toMatchObject({ code: 'tests_busy' })
  await expect(tests.failing(traditionalRule('b', { tests: [testOf('t', 1, 1)] }))).rejects.toMatchObject({
    code: 'tests_busy',
  })
  await Promise.all(first)
  expect((await run()).alerts).toHaveLength(1)
})
