import { describe, expect, test } from 'vitest'
import { readDocuments } from '../../../pipeline/documents/read-documents.ts'
import { renderProblem } from '../../../pipeline/documents/render-problem.ts'
import { shapeProblems } from '../../../pipeline/documents/shape-problems.ts'
import { backtestExpectationSchema } from '../../../schemas/backtest/backtest-expectation.ts'

describe('the expectation of a backtest', () => {
  test('takes counts, ranges, rules and alerts at their times', () => {
    const { value } = documentOf(`
      alerts: 12
      model_calls: { max: 40 }
      outcomes: { undecided: 0 }
      rules:
        price-crash: { alerts: 3, keys: [BTCUSDT], cost_usd: { max: 0.5 } }
      alerts_at:
        - { rule_id: price-crash, key: BTCUSDT, at: 2026-11-20T10:03:00Z }
      no_other_alerts: true`)
    expect(backtestExpectationSchema.parse(value)).toEqual({
      alerts: { min: 12, max: 12 },
      model_calls: { max: 40 },
      outcomes: { undecided: { min: 0, max: 0 } },
      rules: { 'price-crash': { alerts: { min: 3, max: 3 }, keys: ['BTCUSDT'], cost_usd: { max: 0.5 } } },
      alerts_at: [{ rule_id: 'price-crash', key: 'BTCUSDT', at: '2026-11-20T10:03:00Z', within_seconds: 60 }],
      no_other_alerts: true,
    })
  })

  test('tells every problem at once, each with its place', () => {
    const problems = problemsOf(`
      alert: 1
      alerts: { min: 3, max: 2 }
      model_calls: many
      cost_usd: { min: 0, most: 1 }
      windows: {}
      outcomes: { trigered: 1 }
      rules: { a: {}, b: { alerts: -1 } }
      alerts_at: [{ rule_id: a, at: yesterday }]`)
    expect(problems).toEqual([
      'expect.yaml:2:7: alert: is unknown; did you mean alerts?',
      'expect.yaml:3:15: alerts: must have a min that is not above its max',
      'expect.yaml:4:20: model_calls: must be a whole number from 0 on, or a mapping of min and max',
      'expect.yaml:5:27: cost_usd.most: is unknown; known here: min, max',
      'expect.yaml:6:16: windows: must have min, max or both',
      'expect.yaml:7:19: outcomes.trigered: is unknown; did you mean triggered?',
      'expect.yaml:8:19: rules.a: must expect something: alerts, model_calls, cost_usd, windows, outcomes, keys',
      'expect.yaml:8:36: rules.b.alerts: must be a whole number from 0 on, or a mapping of min and max',
      'expect.yaml:9:19: alerts_at.0.key: is required',
      'expect.yaml:9:37: alerts_at.0.at: must be a time such as 2026-11-20T10:03:00Z',
    ])
  })

  test('refuses an empty one, and no_other_alerts without alerts_at', () => {
    expect(problemsOf('{}')).toEqual(['expect.yaml:1:1: must expect something, such as alerts: 3'])
    expect(problemsOf('no_other_alerts: true')).toEqual([
      'expect.yaml:1:18: no_other_alerts: only with alerts_at; alerts: 0 is to say that there are none',
    ])
  })
})

function documentOf(text: string) {
  const [document] = readDocuments('expect.yaml', text).documents
  if (document === undefined) throw new Error('no document')
  return document
}

function problemsOf(text: string): readonly string[] {
  const document = documentOf(text)
  const { error } = backtestExpectationSchema.safeParse(document.value)
  return shapeProblems(document, backtestExpectationSchema, error?.issues ?? []).map(renderProblem)
}
