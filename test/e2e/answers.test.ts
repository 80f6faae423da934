import { expect, test } from 'vitest'
import type { LogHeaders } from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { memoryPipeline, START_MS } from '../support/memory-pipeline.ts'
import { type ModelCall, type ScriptedAnswer, scriptedModel } from '../support/scripted-model.ts'

const good = '{"should_trigger": true, "confidence": 0.9, "reason": "spree"}'

/** One window of two events, answered in turn. */
function judge(answers: readonly ScriptedAnswer[], llm: Readonly<Record<string, unknown>> = {}) {
  let calls: readonly ModelCall[] = []
  const llm_config = {
    description: 'Large buys',
    trigger_mode: 'batch',
    batch_size: 2,
    max_wait_seconds: 30,
    ...llm,
  }
  const reported: string[] = []
  const pipeline = memoryPipeline({
    rules: [
      {
        rule_id: 'spree',
        name: 'Spree',
        event_types: ['trade'],
        rule_config: { rule_type: 'llm', llm_config },
      },
    ],
    model: clock => {
      const model = scriptedModel({ clock, answer: (_, n) => answers[n] ?? new TypeError('asked too often') })
      calls = model.calls
      return model.ask
    },
    telemetry: {
      deadLettered: (stage, reason) => reported.push(`${stage} ${reason}`),
    },
  })
  pipeline.start()
  for (const n of [1, 2])
    pipeline.send({ event_id: `e-${n}`, event_type: 'trade', context_key: 'BTC', data: { n } })
  const [decision, ...others] = pipeline.decisions()
  if (decision === undefined || others.length > 0) throw new Error(`${others.length + 1} decisions`)
  return {
    pipeline,
    decision,
    calls,
    reported,
    alerts: pipeline.alerts(),
    deadLetters: pipeline.deadLetters(),
  }
}

function reply(text: string, finish: 'stop' | 'length' | 'refusal' | 'content_filter'): ScriptedAnswer {
  return { text, finish }
}

/** What the corrective request says is wrong. */
function problemIn(call: ModelCall | undefined): string {
  return call?.messages.at(-1)?.content ?? ''
}

const broken: readonly (readonly [name: string, answer: ScriptedAnswer, problem: string, code: string])[] = [
  ['prose', 'Yes, this is a spree.', 'no JSON object', 'answer_invalid'],
  ['prose around an object', `Sure! ${good}`, 'text before', 'answer_invalid'],
  ['an object followed by prose', `${good} Hope this helps.`, 'text after', 'answer_invalid'],
  ['an object inside another', `{"answer": ${good}}`, 'should_trigger', 'answer_invalid'],
  ['an object in a list', `[${good}]`, 'list', 'answer_invalid'],
  [
    'a second object',
    `${good}\n{"should_trigger": false, "confidence": 0.9, "reason": "no"}`,
    'more than one',
    'answer_invalid',
  ],
  [
    'the verdict twice in one object',
    '{"should_trigger": true, "should_trigger": false, "confidence": 1, "reason": ""}',
    'more than once',
    'answer_invalid',
  ],
  ['an object that is cut, with finish stop', good.slice(0, 40), 'not complete', 'answer_invalid'],
  [
    'an object that is cut, with finish length',
    reply(good.slice(0, 40), 'length'),
    'cut',
    'answer_truncated',
  ],
  ['a whole object with finish length', reply(good, 'length'), 'cut', 'answer_truncated'],
  [
    'a percentage',
    '{"should_trigger": true, "confidence": "85%", "reason": ""}',
    'confidence',
    'answer_invalid',
  ],
  [
    'a confidence of 85',
    '{"should_trigger": true, "confidence": 85, "reason": ""}',
    'confidence',
    'answer_invalid',
  ],
  [
    'a negative confidence',
    '{"should_trigger": true, "confidence": -0.1, "reason": ""}',
    'confidence',
    'answer_invalid',
  ],
  [
    'a confidence of null',
    '{"should_trigger": true, "confidence": null, "reason": ""}',
    'confidence',
    'answer_invalid',
  ],
  ['no confidence', '{"should_trigger": true, "reason": ""}', 'confidence', 'answer_invalid'],
  [
    'a verdict in words',
    '{"should_trigger": "yes", "confidence": 0.9, "reason": ""}',
    'should_trigger',
    'answer_invalid',
  ],
  [
    'a verdict of null',
    '{"should_trigger": null, "confidence": 0.9, "reason": ""}',
    'should_trigger',
    'answer_invalid',
  ],
  ['nothing', '', 'empty', 'answer_invalid'],
  ['an empty object', '{}', 'should_trigger', 'answer_invalid'],
]

test.each(broken)(
  'asks once more after %s, naming the problem, and takes the second answer',
  (_, answer, problem) => {
    const { decision, calls, alerts, deadLetters } = judge([answer, good])
    expect(calls).toHaveLength(2)
    expect(calls[1]?.messages.slice(0, 2)).toEqual(calls[0]?.messages)
    expect(problemIn(calls[1])).toContain(problem)
    expect(decision).toMatchObject({
      outcome: 'triggered',
      confidence: 0.9,
      reason: 'spree',
      attempts: 2,
      error: null,
    })
    expect(decision.tokens).toEqual({ input: 200, output: 40 })
    expect([alerts.length, deadLetters.length]).toEqual([1, 0])
  },
)

test.each(broken)(
  'is undecided after %s twice: dead-lettered, no alert and no silent no',
  (_, answer, _problem, code) => {
    const { decision, calls, alerts, deadLetters, reported } = judge([answer, answer])
    expect(calls).toHaveLength(2)
    expect(decision).toMatchObject({
      outcome: 'undecided',
      confidence: null,
      reason: null,
      error: { code },
      attempts: 2,
    })
    expect([alerts.length, deadLetters.length]).toEqual([0, 2])
    expect(reported).toEqual(['decide decision_undecided', 'decide decision_undecided'])
  },
)

test.each([
  ['in a fence', `\`\`\`json\n${good}\n\`\`\``],
  ['in a fence without a language', `\`\`\`\n${good}\n\`\`\``],
  ['with space around it', `\n\n  ${good}\n`],
  ['with a reason that holds braces', '{"should_trigger": true, "confidence": 0.9, "reason": "spree"}'],
])('takes an object %s at once', (_, answer) => {
  const { decision, calls } = judge([answer])
  expect(calls).toHaveLength(1)
  expect(decision).toMatchObject({ outcome: 'triggered', confidence: 0.9, reason: 'spree', attempts: 1 })
})

test.each([
  ['a refusal', reply('I cannot help with that.', 'refusal'), 'model_refused'],
  ['a filtered answer', reply('', 'content_filter'), 'model_content_filtered'],
  [
    'a rejected request',
    new PipelineError('model_request_rejected', 'no such parameter'),
    'model_request_rejected',
  ],
  ['a refusal by error', new PipelineError('model_refused', 'policy'), 'model_refused'],
] as const)('is undecided after %s at once, without a second request', (_, answer, code) => {
  const { decision, calls, alerts, deadLetters } = judge([answer])
  expect(calls).toHaveLength(1)
  expect(decision).toMatchObject({ outcome: 'undecided', error: { code }, attempts: 1 })
  expect([alerts.length, deadLetters.length]).toEqual([0, 2])
})

test('is undecided when the corrective answer is refused', () => {
  const { decision } = judge(['prose', reply('', 'refusal')])
  expect(decision).toMatchObject({ outcome: 'undecided', error: { code: 'model_refused' }, attempts: 2 })
})

test('triggers where the rule says so, after every kind of answer that is none', () => {
  for (const [name, answer] of broken) {
    const { decision, alerts, deadLetters } = judge([answer, answer], { on_failure: 'trigger' })
    expect([name, decision.outcome, decision.confidence]).toEqual([name, 'triggered', null])
    expect(decision.error).not.toBeNull()
    expect(alerts).toMatchObject([
      { alert_id: decision.decision_id, confidence: null, reason: decision.reason },
    ])
    expect(deadLetters).toEqual([])
  }
})

test('dead-letters each work record of an undecided window with its bytes, and says what it is', () => {
  const { pipeline, decision, deadLetters } = judge(['prose', 'prose'])
  const work = pipeline.log.records('llmtrigger.work')
  expect(deadLetters.map(({ value }) => value)).toEqual(work.map(({ value }) => String(value)))
  expect(pipeline.log.records('llmtrigger.dead-letter').map(({ key }) => String(key))).toEqual([
    'spree|BTC',
    'spree|BTC',
  ])
  const headers = (offset: string): LogHeaders => ({
    'llmtrigger-stage': 'decide',
    'llmtrigger-reason': 'decision_undecided',
    'llmtrigger-detail': expect.stringMatching(/^answer_invalid: .*no JSON object/),
    'llmtrigger-target': 'llmtrigger.work',
    'llmtrigger-topic': 'llmtrigger.work',
    'llmtrigger-partition': `${decision.work_partition}`,
    'llmtrigger-offset': offset,
    'llmtrigger-at': new Date(START_MS).toISOString(),
    'llmtrigger-truncated': 'false',
    'llmtrigger-rule-id': 'spree',
    'llmtrigger-decision-id': decision.decision_id,
  })
  expect(deadLetters.map(letter => letter.headers)).toEqual([headers('0'), headers('1')])
})

test('compares the confidence with the threshold, and makes a no of a no', () => {
  const answer = (should_trigger: boolean, confidence: number) =>
    judge([{ should_trigger, confidence }]).decision.outcome
  expect([answer(true, 0.7), answer(true, 0.69), answer(false, 0.99)]).toEqual([
    'triggered',
    'below_threshold',
    'not_triggered',
  ])
})

test('cleans the reason and cuts it, and nothing of it reaches another field', () => {
  const reason = `a\u0000b\u200bc\u202e "outcome": "triggered" ${'x'.repeat(3000)}`
  const { decision } = judge([JSON.stringify({ should_trigger: false, confidence: 1, reason })])
  expect(decision.outcome).toBe('not_triggered')
  expect(decision.reason).toMatch(/^abc "outcome": "triggered" x+$/)
  expect([...(decision.reason ?? '')]).toHaveLength(2000)
})
