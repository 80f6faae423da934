import { describe, expect, test } from 'vitest'
import { loadRules } from '../../../pipeline/rule-files/load-rules.ts'
import { TEST_BYTES_MAX } from '../../../pipeline/rule-tests/event-problems.ts'
import { EVENT_DEPTH_MAX } from '../../../schemas/is-deeper.ts'
import { RULE_TESTS_MAX, TEST_EVENTS_MAX } from '../../../schemas/rule-test.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function problems(tests: unknown) {
  const rule = {
    rule_id: 'r',
    name: 'r',
    event_types: ['x'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression: 'a > 1' } },
    tests,
  }
  const directory = temporaryFolder({ 'r.json': JSON.stringify(rule, null, 1) })
  return loadRules(['r.json'], { ids: 'required', directory }).problems.map(
    ({ path, message }) => `${path}: ${message}`,
  )
}

const event = { event_type: 'x', data: { a: 2 } }
const expected = { alerts: 1 }

function ofEvents(...events: unknown[]) {
  return problems([{ name: 't', events, expect: expected }])
}

function ofAnswers(...answers: unknown[]) {
  return problems([{ name: 't', events: [event], answers, expect: expected }])
}

test('a test with every field is right', () => {
  const events = [
    {
      event_type: 'x',
      data: { a: 2 },
      context_key: 'k',
      event_id: 'e',
      source: 's',
      timestamp: 1_700_000_000_000,
    },
    { event_type: 'x', at: '+1.5s', repeat: 3, every: '500ms', timestamp: '2026-11-20T10:00:00Z' },
    { event_type: 'x', at: '2h' },
  ]
  const answers = [
    { should_trigger: true, confidence: 0.9, reason: 'r', repeat: 2 },
    { should_trigger: false, confidence: 0 },
    { raw: 'no' },
    { failure: 'model_timeout' },
  ]
  const window = {
    key: 'k',
    event_count: 1,
    closed_by: 'event',
    closed_at: '+1s',
    outcome: 'triggered',
    reason: 'r',
  }
  const all = {
    alerts: 1,
    model_calls: 1,
    outcome: 'triggered',
    outcomes: ['triggered'],
    reason: 'r',
    windows: [window],
  }
  expect(problems([{ name: 't', events, answers, expect: all }])).toEqual([])
})

describe('of events', () => {
  test.each([
    [{ event_typ: 'x' }, 'tests.0.events.0.event_type: is required'],
    [{ ...event, dat: {} }, 'tests.0.events.0.dat: is unknown; did you mean data?'],
    [{ ...event, data: [] }, 'tests.0.events.0.data: must be a mapping (key: value), not a list'],
    [
      { ...event, at: 'soon' },
      'tests.0.events.0.at: must be a time since the start such as +30s, 500ms, 1.5m or 2h, at most 24h',
    ],
    [
      { ...event, at: '25h' },
      'tests.0.events.0.at: must be a time since the start such as +30s, 500ms, 1.5m or 2h, at most 24h',
    ],
    [{ ...event, at: 30 }, 'tests.0.events.0.at: must be text, not a number'],
    [{ ...event, repeat: 0 }, 'tests.0.events.0.repeat: must be at least 1'],
    [
      { ...event, every: '1s' },
      'tests.0.events.0.every: only with repeat: it is the time between the repeats',
    ],
    [
      { ...event, timestamp: true },
      'tests.0.events.0.timestamp: must be a time such as 2026-11-20T10:00:00.123Z, or epoch milliseconds',
    ],
  ])('%j', (wrong, problem) => {
    expect(ofEvents(wrong)).toContain(problem)
  })

  test('a timestamp that is no time is told as the pipeline tells it', () => {
    expect(ofEvents(event, { ...event, timestamp: 'yesterday' })).toEqual([
      expect.stringMatching(/^tests\.0\.events\.1: timestamp is no time/),
    ])
  })

  test('they nest no deeper than an event may', () => {
    const nested = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`)
    expect(ofEvents({ event_type: 'x', data: { a: nested(EVENT_DEPTH_MAX - 2) } })).toEqual([])
    expect(ofEvents({ event_type: 'x', data: { a: nested(EVENT_DEPTH_MAX - 1) } })).toEqual([
      'tests.0.events.0.data: nests deeper than an event may, which is 256 levels',
    ])
  })

  test('they come in the order of their arrival', () => {
    expect(ofEvents({ ...event, at: '+5s', repeat: 3, every: '1s' }, { ...event, at: '+6s' })).toEqual([
      'tests.0.events.1.at: is before the event above it; write events as they arrive',
    ])
  })

  test('there are some', () => {
    expect(ofEvents()).toEqual(['tests.0.events: must not be empty'])
  })

  test('at most 10,000 with repeats', () => {
    const half = { ...event, repeat: TEST_EVENTS_MAX / 2 }
    expect(ofEvents(half, half)).toEqual([])
    expect(ofEvents(half, half, event)).toEqual([
      'tests.0.events: a test has at most 10000 events, repeats included; these are 10001',
    ])
  })

  test('all of them within a day', () => {
    expect(ofEvents({ ...event, at: '23h', repeat: 3, every: '1h' })).toEqual([
      'tests.0.events: the last event must arrive within 24h of the start; see at, repeat and every',
    ])
  })

  test('at most 8 MiB with repeats', () => {
    const large = { event_type: 'x', data: { text: 'x'.repeat(1000) } }
    const bytes = Buffer.byteLength(JSON.stringify(large))
    expect(ofEvents({ ...large, repeat: Math.floor(TEST_BYTES_MAX / bytes) })).toEqual([])
    expect(ofEvents({ ...large, repeat: Math.floor(TEST_BYTES_MAX / bytes) + 1 })).toEqual([
      expect.stringContaining(`at most ${TEST_BYTES_MAX} bytes`),
    ])
  })
})

describe('of answers', () => {
  const oneOf = 'must have one of should_trigger (with confidence), raw and failure'
  test.each([
    [{}, `tests.0.answers.0: ${oneOf}`],
    [{ should_trigger: true, confidence: 1, raw: 'x' }, `tests.0.answers.0: ${oneOf}`],
    [{ should_trigger: true }, 'tests.0.answers.0.confidence: is required with should_trigger'],
    [{ raw: 'x', reason: 'r' }, 'tests.0.answers.0.reason: only with should_trigger'],
    [{ should_trigger: true, confidence: 2 }, 'tests.0.answers.0.confidence: must be at most 1'],
    [{ should_triger: true }, 'tests.0.answers.0.should_triger: is unknown; did you mean should_trigger?'],
    [
      { failure: 'model_timout' },
      expect.stringMatching(/answers\.0\.failure: must be one of .*did you mean model_timeout\?/),
    ],
  ])('%j', (wrong, problem) => {
    expect(ofAnswers(wrong)).toContainEqual(problem)
  })
})

describe('of what is expected', () => {
  test.each([
    [{}, 'tests.0.expect: must expect something: alerts, model_calls, outcome, outcomes, reason or windows'],
    [{ alert: 1 }, 'tests.0.expect.alert: is unknown; did you mean alerts?'],
    [{ alerts: -1 }, 'tests.0.expect.alerts: must be at least 0'],
    [{ outcome: 'trigered' }, expect.stringContaining('did you mean triggered?')],
    [{ windows: [{ events: 5 }] }, expect.stringContaining('tests.0.expect.windows.0.events: is unknown')],
  ])('%j', (wrong, problem) => {
    expect(problems([{ name: 't', events: [event], expect: wrong }])).toContainEqual(problem)
  })

  test('it must be there', () => {
    expect(problems([{ name: 't', events: [event] }])).toEqual(['tests.0.expect: is required'])
  })
})

describe('of tests together', () => {
  const named = (name: string) => ({ name, events: [event], expect: expected })
  test('each has a name of its own', () => {
    expect(problems([named('a'), named('b'), named('a')])).toEqual([
      'tests.2.name: is also the name of a test above; each needs its own',
    ])
  })

  test('there are at most 100', () => {
    const tests = Array.from({ length: RULE_TESTS_MAX + 1 }, (_, index) => named(`t${index}`))
    expect(problems(tests.slice(1))).toEqual([])
    expect(problems(tests)).toEqual(['tests: must have at most 100 entries'])
  })
})
