import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { of } from 'rxjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { renderExpectation } from '../../examples/recordings/generate/render-expectation.ts'
import { renderPlanted } from '../../examples/recordings/generate/render-planted.ts'
import { renderRecording } from '../../examples/recordings/generate/render-recording.ts'
import { SEED } from '../../examples/recordings/generate/seed.ts'
import { cardFraud } from '../../examples/recordings/generate/card-fraud/card-fraud.ts'
import { marketDay } from '../../examples/recordings/generate/market-day/market-day.ts'
import { serverDay } from '../../examples/recordings/generate/server-day/server-day.ts'
import type { AskModel } from '../../operators/asking/model.ts'
import { tokenEstimate } from '../../pipeline/backtest/models/token-estimate.ts'
import { openRecording } from '../../pipeline/recordings/open-recording.ts'
import { loadRules } from '../../pipeline/rule-files/load-rules.ts'
import { failingTests } from '../../pipeline/rule-tests/failing-tests.ts'
import { parseSimulatorSettings } from '../../pipeline/simulator/parse-simulator-settings.ts'
import { compileScript } from '../../pipeline/simulator/script/compile-script.ts'
import { backtestExpectationSchema } from '../../schemas/backtest/backtest-expectation.ts'
import type { Decision } from '../../schemas/decision.ts'
import { playBacktest } from '../support/backtest/play-backtest.ts'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))
const recordings = join(examples, 'recordings')
const KILOBYTE = 1000
/** Each with the example rules that it is played with, besides its own. */
const days = [
  [
    'market-day',
    marketDay,
    ['buying-spree', 'cpu-high', 'host-pressure', 'order-slippage', 'price-crash', 'wash-trading'],
  ],
  ['server-day', serverDay, ['bad-deploy', 'disk-filling', 'error-burst', 'leaked-secret']],
  ['card-fraud', cardFraud, ['account-takeover', 'card-testing']],
] as const

const read = (...path: readonly string[]) => readFileSync(join(recordings, ...path))
const unpacked = (name: string) => gunzipSync(read(`${name}.ndjson.gz`)).toString()

describe.each(days)('the recorded %s', (name, generate, ruleIds) => {
  const day = generate(SEED)
  const files = [...ruleIds.map(id => join(examples, 'rules', `${id}.yaml`)), join(recordings, name, 'rules')]
  const { rules, problems } = loadRules(files, { ids: 'required' })
  let decisions: readonly Decision[]
  beforeAll(async () => {
    const answers: unknown = JSON.parse(String(read(name, 'answers.json')))
    const recording = openRecording(join(recordings, `${name}.ndjson.gz`))
    const model = { connect: () => scripted(answers) }
    const played = await playBacktest({ rules, batches: recording.batches(), model })
    decisions = played.decisions
    // Seconds, on a machine that does nothing else.
  }, 120_000)

  test('is what its generator makes, byte for byte', () => {
    // As a boolean, so that a difference is not shown in megabytes.
    expect(renderRecording(day, SEED) === unpacked(name)).toBe(true)
    expect(String(read(name, 'planted.ndjson'))).toBe(renderPlanted(day.planted))
    expect(String(read(name, 'expected.yaml'))).toBe(renderExpectation(day.planted))
  })

  test('has the same things planted with another seed, and other events', () => {
    const other = generate(SEED + 1)
    expect(other.planted.map(({ id }) => id)).toEqual(day.planted.map(({ id }) => id))
    expect(renderRecording(other, SEED + 1) === renderRecording(day, SEED)).toBe(false)
  })

  test('is a day of 10,000 to 30,000 events in less than a megabyte', () => {
    expect(day.emissions.length).toBeGreaterThanOrEqual(10_000)
    expect(day.emissions.length).toBeLessThanOrEqual(30_000)
    expect(read(`${name}.ndjson.gz`).length).toBeLessThan(1000 * KILOBYTE)
  })

  test('is described by the README as it is', () => {
    const english = (count: number) => count.toLocaleString('en-US')
    const readme = String(read('README.md'))
    const kilobytes = Math.round(read(`${name}.ndjson.gz`).length / KILOBYTE)
    expect(readme).toContain(`| \`${name}\` | ${english(day.emissions.length)} | ${kilobytes} kB |`)
    expect(readme).toContain(`--rules examples/rules/{${ruleIds.join(',')}}.yaml`)
    const alerts = decisions.filter(({ outcome }) => outcome === 'triggered').length
    const calls = decisions.reduce((sum, { attempts }) => sum + attempts, 0)
    expect(readme).toContain(`${english(alerts)} alerts from ${english(calls)} calls`)
  })

  test('has rules of its own that are valid, with tests that pass', async () => {
    expect(problems).toEqual([])
    for (const rule of loadRules([join(recordings, name, 'rules')], { ids: 'required' }).rules) {
      expect(rule.tests ?? []).not.toEqual([])
      expect(await failingTests(rule)).toEqual([])
    }
  })

  const named = day.planted.map(planted => [planted.id, planted] as const)

  test.each(named.filter(([, { alertByMs }]) => alertByMs !== undefined))(
    '%s is found in time',
    (_, planted) => {
      const { rule_id: ruleId, key, fromMs, alertByMs = 0 } = planted
      const found = decisions.filter(
        ({ rule_id, key: of, outcome, decided_at }) =>
          rule_id === ruleId &&
          of === key &&
          outcome === 'triggered' &&
          isWithin(decided_at, fromMs, alertByMs),
      )
      expect(found.length).toBeGreaterThanOrEqual(1)
    },
  )

  test.each(named.filter(([, { alertByMs }]) => alertByMs === undefined))(
    '%s is looked at, and raises no alert',
    (_, planted) => {
      const { rule_id: ruleId, key, fromMs, toMs } = planted
      const looked = decisions.filter(
        ({ rule_id, key: of, events }) =>
          rule_id === ruleId &&
          of === key &&
          events.some(({ timestamp }) => isWithin(timestamp, fromMs, toMs)),
      )
      expect(looked.length).toBeGreaterThanOrEqual(1)
      expect(looked.filter(({ outcome }) => outcome === 'triggered')).toEqual([])
    },
  )

  test('brings the alerts that are expected, and no others', () => {
    const expected = backtestExpectationSchema.parse(parse(String(read(name, 'expected.yaml'))))
    const alerts = decisions.filter(({ outcome }) => outcome === 'triggered')
    expect(decisions.filter(({ outcome }) => outcome === 'undecided')).toEqual([])
    const byRule = Object.entries(expected.rules ?? {})
    expect(new Set(alerts.map(({ rule_id }) => rule_id))).toEqual(
      new Set(byRule.filter(([, rule]) => rule.keys?.length !== 0).map(([ruleId]) => ruleId)),
    )
    for (const [ruleId, { alerts: count, keys }] of byRule) {
      const ofRule = alerts.filter(({ rule_id }) => rule_id === ruleId)
      expect([...new Set(ofRule.map(({ key }) => key))].sort()).toEqual(keys)
      expect(ofRule.length).toBeGreaterThanOrEqual(count?.min ?? 0)
      expect(ofRule.length).toBeLessThanOrEqual(count?.max ?? Infinity)
    }
  })
})

function scripted(answers: unknown): AskModel {
  const script = compileScript(parseSimulatorSettings({ answers }))
  return request => {
    const { text } = script(request.messages.map(({ content }) => content).join('\n\n'))
    return of({ text, finish: 'stop', tokens: tokenEstimate(request) })
  }
}

function isWithin(time: string, fromMs: number, toMs: number): boolean {
  return fromMs <= Date.parse(time) && Date.parse(time) <= toMs
}
