import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { seededRandom } from '../../../../pipeline/simulator/seeded-random.ts'
import { startSimulator } from '../../../../pipeline/simulator/start-simulator.ts'
import { backtestReportSchema } from '../../../../schemas/backtest/backtest-report.ts'
import { rulesEstimateSchema } from '../../../../schemas/backtest/rules-estimate.ts'
import { runCommand } from '../../../support/run-command.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const EVENTS = 600
const words = 'the price fell by a third within a minute and has not come back since then'.split(' ')

const rule = (id: string, llm: string) => `
rule_id: ${id}
name: ${id}
event_types: [trade]
group_by: [data.symbol]
rule_config:
  rule_type: hybrid
  pre_filter: { expression: volume > 300 }
  llm_config: { description: 'is it ${id}, and does it go on for longer than it should', ${llm} }
`

/** A recording of an hour and a half, rules, and a configuration with a model that has a price. */
async function prepared() {
  const random = seededRandom(7)
  const reason = (count: number) => Array.from({ length: count }, (_, n) => words[n % words.length]).join(' ')
  const answers = [
    { match: 'is it each', confidence: 0.9, reason: reason(39) },
    { confidence: 0.2, reason: reason(41) },
  ]
  const simulator = await startSimulator({ answers, latencyMs: 0 })
  onTestFinished(() => simulator.close())
  const line = (n: number) => {
    const data = {
      symbol: `S${Math.floor(random() * 5)}`,
      volume: Math.floor(random() * 1000),
      note: reason(n % 14),
    }
    return JSON.stringify({
      ...{ topic: 'trades', partition: 0, offset: `${n}`, key: 'k', headers: {} },
      timestamp: new Date(Date.UTC(2026, 10, 20, 10, 0, 0) + n * 9000).toISOString(),
      value: JSON.stringify({ event_type: 'trade', data }),
    })
  }
  const fast = {
    ...{ provider: 'openai', base_url: simulator.baseUrl, model: 'sim-1' },
    price: { input_usd_per_million: 2, output_usd_per_million: 8 },
  }
  const folder = temporaryFolder({
    'day.ndjson': Array.from({ length: EVENTS }, (_, n) => `${line(n)}\n`).join(''),
    'rules.yaml': [
      rule('each', 'trigger_mode: realtime'),
      rule('many', 'trigger_mode: batch, batch_size: 5, max_wait_seconds: 120'),
      rule('ticks', 'trigger_mode: interval, interval_seconds: 300'),
    ].join('---'),
    'llmtrigger.yaml': JSON.stringify({ sources: [{ topic: 'trades' }], models: { default: 'fast', fast } }),
  })
  return { folder, simulator }
}

async function run(directory: string, ...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runCommand([...args, '--config', 'llmtrigger.yaml', '--json'], {
    directory,
  })
  if (code !== 0) throw new Error(`${code}: ${stderr}`)
  return JSON.parse(stdout)
}

async function estimate(directory: string, ...args: readonly string[]) {
  return rulesEstimateSchema.parse(
    await run(directory, 'rules', 'estimate', 'rules.yaml', '--from', 'day.ndjson', ...args),
  )
}

describe('rules estimate', () => {
  test('is within five percent of the calls and dollars of a run that asks over HTTP, with and without recorded answers', async () => {
    const { folder, simulator } = await prepared()
    const plain = await estimate(folder)
    expect(simulator.stats().requests).toBe(0)
    const live = ['--model', 'live', '--answers', 'answers.ndjson', '--rules', 'rules.yaml']
    const { report } = z
      .object({ report: backtestReportSchema })
      .parse(await run(folder, 'backtest', 'day.ndjson', ...live))
    expect(report.total.calls).toBe(simulator.stats().requests)
    expect(report.total.calls).toBeGreaterThan(400)
    const calibrated = await estimate(folder, '--answers', 'answers.ndjson')
    expect([plain.answers, calibrated.answers]).toEqual([0, report.total.calls])
    for (const { rules, total } of [plain, calibrated]) {
      for (const [got, real] of [
        [total, report.total] as const,
        ...rules.map((one, n) => [one, report.rules[n]] as const),
      ]) {
        if (real === undefined) throw new Error('a rule is missing')
        expect(got.recorded.calls).toBe(real.calls)
        expect(Math.abs(got.recorded.cost_usd / real.cost_usd - 1)).toBeLessThan(0.05)
      }
    }
    // A day is sixteen times the recorded time.
    const share = 86_400 / plain.recording.seconds
    expect(plain.recording).toMatchObject({ records: EVENTS, seconds: (EVENTS - 1) * 9, hours_of_day: 2 })
    expect(plain.total.per_day.calls).toBeCloseTo(plain.total.recorded.calls * share, 6)
    expect(plain.total.hours.map(({ hour, calls }) => [hour, calls.min === calls.max])).toEqual([
      [10, true],
      [11, true],
    ])
  }, 60_000)

  test('shows it to people, and says how much was recorded', async () => {
    const { folder } = await prepared()
    const { stdout, code } = await runCommand(['rules', 'estimate', 'rules.yaml', '--from', 'day.ndjson'], {
      directory: folder,
    })
    expect(code).toBe(0)
    expect(stdout).toMatch(/^600 records of 1.5 h: it covers 2 of the 24 hours of a day/)
    expect(stdout).toContain('no model has a price')
    expect(stdout).toMatch(/^many +\d/m)
    expect(stdout).toMatch(/^all +\d/m)
  })

  test('tells what is wrong with rules and recordings', async () => {
    const directory = temporaryFolder({ 'bad.yaml': 'name: x', 'day.ndjson': '{' })
    expect(
      await runCommand(['rules', 'estimate', 'bad.yaml', '--from', 'day.ndjson'], { directory }),
    ).toMatchObject({ code: 3 })
    const ok = rule('each', 'trigger_mode: realtime')
    const other = temporaryFolder({ 'ok.yaml': ok, 'day.ndjson': '{' })
    expect(
      await runCommand(['rules', 'estimate', 'ok.yaml', '--from', 'day.ndjson'], { directory: other }),
    ).toMatchObject({ code: 2, stderr: expect.stringContaining('day.ndjson:1') })
  })
})
