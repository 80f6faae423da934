import { expect, test } from 'vitest'
import { composeAlert } from '../../../operators/judging/compose-alert.ts'
import { composeDecision } from '../../../operators/judging/compose-decision.ts'
import type { ClosedWindow } from '../../../operators/windows/window.ts'
import { ALERT_EVENTS_BYTES_MAX, ALERT_EVENTS_MAX, alertSchema } from '../../../schemas/alert.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { workOf } from '../../../operators/windows/work-of.ts'
import { closedWindow, plainRule, WINDOW_MS } from '../../support/closed-window.ts'

function decide(window: ClosedWindow, answer: 'yes' | 'no' | PipelineError = 'yes'): Decision {
  return composeDecision(
    {
      kind: 'verdict',
      window,
      answer:
        answer instanceof PipelineError
          ? answer
          : { shouldTrigger: answer === 'yes', confidence: 0.93, reason: 'spree' },
      model: { name: 'fast', modelId: 'gpt-4o-mini' },
      questionHash: null,
      cache: 'miss',
      budget: null,
      attempts: [{ model: 'fast', count: 1 }],
      tokens: { input: 1, output: 1 },
      costUsd: 0,
      queueMs: 0,
      callMs: 0,
    },
    { workPartition: 0, decidedAtMs: WINDOW_MS + 9000, repeats: [] },
  )
}

function alertOf(window: ClosedWindow) {
  const alert = composeAlert(decide(window), window)
  if (alert === null) throw new Error('no alert')
  return alert
}

/** One event with about so many bytes of data. */
function bulk(bytes: number) {
  return { text: 'x'.repeat(bytes) }
}

test('writes every field of the contract', () => {
  const window = closedWindow({ data: [{ n: 1 }, { n: 2 }] })
  const alert = alertOf(window)
  expect(alertSchema.strict().parse(alert)).toEqual(alert)
  expect(alert).toEqual({
    alert_id: decide(window).decision_id,
    rule_id: 'plain',
    rule_version: 1,
    rule_name: 'Plain',
    rule_type: 'llm',
    trigger_mode: 'realtime',
    key: 'BTCUSDT',
    priority: 100,
    confidence: 0.93,
    reason: 'spree',
    raised_at: '2026-11-20T10:00:09.000Z',
    event_count: 2,
    event_ids: ['e-40', 'e-41'],
    events: window.held.map(held => workOf(held).event),
    events_omitted: 0,
    model: 'fast',
  })
})

test('alerts only what triggered', () => {
  const window = closedWindow()
  expect(composeAlert(decide(window, 'no'), window)).toBeNull()
  expect(composeAlert(decide(window, new PipelineError('answer_invalid', 'empty')), window)).toBeNull()
  const strict = closedWindow({ rule: plainRule({ confidence_threshold: 0.99 }) })
  expect(composeAlert(decide(strict), strict)).toBeNull()
})

test('alerts without a verdict where the rule says so, with no confidence', () => {
  const window = closedWindow({ rule: plainRule({ on_failure: 'trigger' }) })
  const decision = decide(window, new PipelineError('model_unavailable', 'down'))
  expect(composeAlert(decision, window)).toMatchObject({
    confidence: null,
    reason: expect.stringContaining('down'),
  })
})

test('carries the newest events in order of arrival, at most the maximum, and names all of them', () => {
  const full = alertOf(closedWindow({ data: Array.from({ length: ALERT_EVENTS_MAX }, (_, n) => ({ n })) }))
  expect([full.events.length, full.events_omitted]).toEqual([ALERT_EVENTS_MAX, 0])
  const over = alertOf(
    closedWindow({ data: Array.from({ length: ALERT_EVENTS_MAX + 5 }, (_, n) => ({ n })) }),
  )
  expect(over.events.map(({ data }) => data['n'])).toEqual(
    Array.from({ length: ALERT_EVENTS_MAX }, (_, n) => n + 5),
  )
  expect([over.events_omitted, over.event_count, over.event_ids.length]).toEqual([5, 25, 25])
})

test('carries no more bytes of events than the maximum, the newest first', () => {
  const alert = alertOf(closedWindow({ data: [{ n: 0 }, bulk(200_000), bulk(100_000), bulk(100_000)] }))
  expect(alert.events.map(({ event_id }) => event_id)).toEqual(['e-42', 'e-43'])
  expect(alert.events_omitted).toBe(2)
  expect(Buffer.byteLength(JSON.stringify(alert.events))).toBeLessThanOrEqual(ALERT_EVENTS_BYTES_MAX)
})

test('counts bytes, not characters', () => {
  const alert = alertOf(closedWindow({ data: [{ text: 'ü'.repeat(80_000) }, { text: 'ü'.repeat(80_000) }] }))
  expect([alert.events.length, alert.events_omitted]).toEqual([1, 1])
})

test('carries no event where the newest alone is over the maximum', () => {
  const alert = alertOf(closedWindow({ data: [{ n: 0 }, bulk(ALERT_EVENTS_BYTES_MAX)] }))
  expect(alert).toMatchObject({ events: [], events_omitted: 2, event_ids: ['e-40', 'e-41'] })
})

test('keeps the list of events within the maximum, its brackets and commas included', () => {
  const envelope = Buffer.byteLength(JSON.stringify(alertOf(closedWindow({ data: [bulk(0)] })).events[0]))
  const half = ALERT_EVENTS_BYTES_MAX / 2 - envelope
  const { events } = alertOf(closedWindow({ data: [bulk(half), bulk(half)] }))
  expect(Buffer.byteLength(JSON.stringify(events))).toBeLessThanOrEqual(ALERT_EVENTS_BYTES_MAX)
})
