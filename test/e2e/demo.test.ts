import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { DemoSummary } from '../../pipeline/demo/demo-summary.ts'
import { type Decision, decisionSchema } from '../../schemas/decision.ts'

const main = fileURLToPath(new URL('../../pipeline/main.ts', import.meta.url))
const lastLineSchema = z.object({ summary: z.custom<DemoSummary>() })

interface Run {
  readonly stdout: string
  readonly stderr: string
  readonly decisions: readonly Decision[]
  readonly summary: DemoSummary
}

async function demo(): Promise<Run> {
  // Somewhere else, with an environment that names no Kafka and no key.
  const options = { cwd: '/', env: { PATH: process.env['PATH'] }, timeout: 30_000 }
  const args = [main, 'demo', '--speed', 'max', '--json']
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, options)
  const lines = stdout.trimEnd().split('\n')
  return {
    stdout,
    stderr,
    decisions: lines.slice(0, -1).map(line => decisionSchema.parse(JSON.parse(line))),
    summary: lastLineSchema.parse(JSON.parse(lines.at(-1) ?? '')).summary,
  }
}

describe('npm run demo', () => {
  let run: Run
  // Longer than the demo may take on a slow machine: what takes longer fails.
  beforeAll(async () => {
    run = await demo()
  }, 30_000)

  const spree = (key: string) =>
    run.decisions.filter(({ rule_id, key: of }) => rule_id === 'buying-spree' && of === key)

  test('alerts on five large buys in a row, judged when the window is full', () => {
    const [first, rest] = spree('BTCUSDT')
    expect(first).toMatchObject({ outcome: 'triggered', closed_by: 'size', event_count: 5 })
    expect(first?.events.map(event => event.event_id)).toEqual([1, 2, 3, 4, 5].map(n => `spree-${n}`))
    expect(rest).toMatchObject({ outcome: 'not_triggered', closed_by: 'time', event_count: 1 })
  })

  test('does not alert on small buys and sells in turn', () => {
    expect(spree('ETHUSDT').map(({ outcome, closed_by }) => [outcome, closed_by])).toEqual([
      ['not_triggered', 'size'],
      ['not_triggered', 'time'],
    ])
  })

  test('alerts on three very large buys and then silence, 30 s after the first', () => {
    const last = spree('BTCUSDT').at(-1)
    expect(last).toMatchObject({ outcome: 'triggered', closed_by: 'time', event_count: 3 })
    expect(last?.waited_ms.window).toBe(30_000)
  })

  test('raises no alert from a yes that is less sure than its threshold', () => {
    const unsure = run.decisions.filter(({ outcome }) => outcome === 'below_threshold')
    expect(unsure).toEqual([expect.objectContaining({ rule_id: 'price-crash', confidence: 0.55 })])
  })

  test('adds up what the decisions say', () => {
    const { decisions, summary } = run
    const judged = decisions.filter(({ attempts }) => attempts > 0)
    const tokens = judged.reduce((sum, decision) => sum + decision.tokens.input + decision.tokens.output, 0)
    expect(summary.events.total).toBe(751)
    expect(summary.model.calls).toBe(judged.reduce((sum, { attempts }) => sum + attempts, 0))
    expect(summary.model.tokens.input + summary.model.tokens.output).toBe(tokens)
    expect(summary.windows.total).toBe(judged.length)
    expect(summary.alerts.map(({ rule_id, key }) => `${rule_id} ${key}`)).toEqual([
      'buying-spree BTCUSDT',
      'cpu-high web-2',
      'price-crash ETHUSDT',
      'cpu-high db-1',
      'host-pressure db-1',
      'cpu-high db-1',
      'buying-spree BTCUSDT',
      'price-crash SOLUSDT',
    ])
  })

  test('saves calls and cost against asking about each event', () => {
    const { saved, saved_without_filters: unfiltered, model } = run.summary
    expect(saved).toMatchObject({ calls_instead: 269, calls_saved: 269 - model.calls })
    expect(unfiltered).toMatchObject({ calls_instead: 751, calls_saved: 751 - model.calls })
    expect(saved.cost_usd_saved).toBeCloseTo(saved.cost_usd_instead - model.cost_usd, 6)
    expect(saved.cost_usd_saved).toBeGreaterThan(0)
    expect(unfiltered.cost_usd_instead).toBeGreaterThan(saved.cost_usd_instead)
  })

  test('writes nothing but data to stdout and nothing to stderr', () => {
    expect(run.stderr).toBe('')
  })

  test('is the same in every run', async () => {
    expect((await demo()).stdout).toBe(run.stdout)
  }, 30_000)
})
