import { afterEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { backtestDifferenceSchema } from '../../schemas/backtest/backtest-difference.ts'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { runCommand } from '../support/run-command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

/** By hand with 20,000, which takes about a minute a run. */
const EVENTS = Number(process.env['EVENTS'] ?? 2000)
const CHUNK = 50
const CHUNK_MS = 100
const KEYS = 40

const ruleOf = (id: string, type: string, filter: string, trigger?: object) => ({
  rule_id: id,
  name: id,
  event_types: ['trade.signal'],
  group_by: ['data.key'],
  rule_config: {
    rule_type: type,
    pre_filter: { expression: filter },
    ...(trigger && { llm_config: { description: id, ...trigger } }),
  },
})

const rules = [
  ruleOf('plain', 'traditional', 'n % 3 == 0'),
  ruleOf('each', 'hybrid', 'n % 20 == 1', { trigger_mode: 'realtime' }),
  ruleOf('full', 'hybrid', 'n % 4 == 2', { trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 10 }),
  ruleOf('timed', 'hybrid', 'n % 5 == 3', { trigger_mode: 'batch', batch_size: 50, max_wait_seconds: 2 }),
  ruleOf('ticks', 'hybrid', 'n % 10 == 4', { trigger_mode: 'interval', interval_seconds: 2 }),
]
/** Nothing but what comes in decides what these judge together. */
const untimed = new Set(['plain', 'each', 'full'])

const comparison = z.object({ difference: backtestDifferenceSchema })

let pipeline: KafkaPipeline | undefined
afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

describe.skipIf(inject('kafkaSkipped') !== '')('a backtest of what a pipeline took from a real Kafka', () => {
  test.for([
    { name: 'as the pipeline did', kills: false },
    { name: 'as the pipeline did, which was killed in the middle', kills: true },
  ])('decides $name', { timeout: 60_000 + EVENTS * 10 }, async ({ kills }) => {
    const started = (pipeline = await kafkaPipeline({
      brokers: inject('kafkaBrokers'),
      rules,
      simulator: {
        latencyMs: 40,
        // Different windows are answered differently.
        answers: [
          { if: 'sum.n % 7 < 2', confidence: 0.95, reason: 'a sum of {sum.n}' },
          { if: 'sum.n % 7 < 4', confidence: 0.6, reason: 'perhaps, {sum.n}' },
          { should_trigger: false, confidence: 0.8, reason: 'not {sum.n}' },
        ],
      },
    }))
    const first = await started.start()
    const startMs = performance.now()
    for (let n = 0; n < EVENTS; n += CHUNK) {
      await started.send(Array.from({ length: CHUNK }, (_, index) => signal(n + index)))
      const isDue = () => performance.now() >= startMs + (n / CHUNK) * CHUNK_MS
      await waitFor(isDue, { what: 'the next events', withinMs: 60_000, everyMs: 5 })
      if (!kills || n !== EVENTS / 2) continue
      first.child.kill('SIGKILL')
      await first.exited
      void started.start()
    }
    const isDecided = async () => {
      if ((await started.committed('route')) < EVENTS || (await started.undecided()) > 8) return false
      const decided = (await started.decisions()).reduce((sum, { event_count }) => sum + event_count, 0)
      return decided === (await started.work()).length
    }
    await waitFor(isDecided, { what: 'every decision', withinMs: 180_000, everyMs: 1000 })

    const { difference, decisions } = await backtested(started)
    // For the table of a run by hand.
    process.stderr.write(`${JSON.stringify({ kills, ...difference, decisions: undefined })}\n`)
    expect(difference).toMatchObject({
      compared: decisions,
      not_compared: { outside: 0, other_rules: 0 },
      decisions_omitted: 0,
    })
    expect(difference.same).toBeGreaterThan(decisions * 0.95)
    expect(difference.decisions.filter(({ rule_id }) => untimed.has(rule_id))).toEqual([])
    // What a timer and an arriving event make of each other is told, and nothing is without a reason.
    expect(new Set(difference.decisions.map(({ cause }) => cause))).not.toContain('unknown')
  })
})

function signal(n: number) {
  return { event_id: `e-${n}`, event_type: 'trade.signal', data: { key: `k${(n * 7) % KEYS}`, n } }
}

/** Records what DECIDE took and decided, and plays it again. */
async function backtested({ config, decisions }: KafkaPipeline) {
  const directory = temporaryFolder({
    'llmtrigger.yaml': JSON.stringify(config),
    'rules.yaml': rules.map(rule => JSON.stringify(rule)).join('\n---\n'),
  })
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(args, { directory })
    expect(code, stderr).toBe(0)
    return stdout
  }
  await run('record', '--topic', 'work', '--out', 'work.ndjson.gz')
  await run('record', '--topic', 'decisions', '--out', 'decisions.ndjson.gz')
  const answers = ['--answers', 'decisions.ndjson.gz', '--against-decisions', 'decisions.ndjson.gz']
  const settings = ['--config', 'llmtrigger.yaml', '--rules', 'rules.yaml', '--json']
  const told = await run('backtest', 'work.ndjson.gz', '--from-work', ...settings, ...answers)
  const { difference } = comparison.parse(JSON.parse(told))
  return { difference, decisions: (await decisions()).length }
}
