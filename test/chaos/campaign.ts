import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { campaignKafka } from './campaign-kafka.ts'
import { campaignEvent } from './campaign-event.ts'
import { campaignRules } from './campaign-rules.ts'
import { chaosCluster, type ChaosCluster, type Profile } from './chaos-cluster.ts'
import { deployment, type Deployment } from './deployment.ts'
import { drawsFrom } from './draws.ts'
import { type EventWriter, eventWriter } from './event-writer.ts'
import type { FaultBench } from './faults/fault.ts'
import { type FaultName, faultTable } from './faults/fault-table.ts'
import { delaysOf, type FaultSpan, quantile, recoveriesOf } from './latencies.ts'
import { type ModelBench, modelBench } from './model-bench.ts'
import { schedule } from './schedule.ts'
import { type CallCount, checkCalls } from './verify/check-calls.ts'
import type { CommittedLog } from './verify/committed-log.ts'
import { loadLog } from './verify/load-log.ts'
import { verifyLog } from './verify/verify-log.ts'
import type { Violation } from './verify/violations.ts'
import { WorkerFleet } from './worker-fleet.ts'

export interface CampaignOptions {
  readonly libs: string
  readonly minutes: number
  readonly seed: number
  readonly workers: number
  /** Events a second. */
  readonly rate: number
  readonly faults: readonly FaultName[]
  readonly profile: Profile
  /** Keep what would be evidence, also where nothing is wrong. */
  readonly keep: boolean
  readonly signal: AbortSignal
  /** One line of progress. */
  readonly tell: (line: string) => void
}

export interface CampaignResult {
  readonly seed: number
  readonly faults: Readonly<Record<string, number>>
  readonly events: number
  readonly resent: number
  readonly work: number
  readonly decisions: number
  readonly undecided: number
  readonly alerts: number
  readonly deadLetters: number
  readonly calls: { readonly requests: number; readonly attempts: number; readonly abandoned: number }
  readonly lost: number
  readonly duplicate: number
  readonly illegal: number
  /** What was wrong besides: a worker that ended by itself, a pipeline that does not drain. */
  readonly problems: readonly string[]
  readonly violations: readonly Violation[]
  readonly recoveryMs: { readonly p50: number; readonly p99: number }
  readonly delayMs: { readonly p50: number; readonly p99: number }
  readonly passed: boolean
  /** Where the evidence is kept; null where there is none. */
  readonly evidence: string | null
}

const READY_MS_MAX = 60_000
const DRAIN_MS_MAX = 180_000
/** A lane that is idle does not always commit what lies behind its last record: markers of transactions. */
const MARKERS_MAX = 60
const STEADY_MS = 5000
const PROGRESS_MS = 5000

/** Runs workers under faults on a Kafka of their own, and accounts for every event afterwards. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const folder = mkdtempSync(join(tmpdir(), `llmtrigger-chaos-${options.seed}-`))
  const cluster = await chaosCluster(options.libs, options.profile)
  const models = modelBench(options.seed)
  let fleet: WorkerFleet | undefined
  let writer: EventWriter | undefined
  let kept: boolean | null = null
  try {
    const rules = campaignRules.map(({ document }) => document)
    const deployed = await deployment(cluster, rules)
    fleet = new WorkerFleet({ configFor: deployed.configFor, rules, models, folder })
    await startWorkers(fleet, options)
    const kafka = campaignKafka(cluster.direct)
    writer = await eventWriter({ kafka, topic: deployed.source, seed: options.seed, rate: options.rate })
    const run = { options, cluster, models, fleet, writer, deployed }
    const spans = await injectFaults(run)
    await drain(run)
    const calls = await fleet.countCalls()
    await fleet.stopAll()
    const { topics, source } = deployed
    const log = await loadLog({ libs: options.libs, brokers: cluster.direct, source, topics })
    await deployed.close()
    const result = judge(run, { log, spans, calls, folder })
    kept = result.evidence !== null
    if (kept) keepEvidence(folder, { log, spans, result })
    return result
  } finally {
    await writer?.close()
    await fleet?.dispose()
    await models.close()
    await cluster.stop()
    if (kept === false || options.signal.aborted) rmSync(folder, { recursive: true, force: true })
    else if (kept === null) options.tell(`the workers' logs are in ${folder}`)
  }
}

interface Run {
  readonly options: CampaignOptions
  readonly cluster: ChaosCluster
  readonly models: ModelBench
  readonly fleet: WorkerFleet
  readonly writer: EventWriter
  readonly deployed: Deployment
}

async function startWorkers(fleet: WorkerFleet, { workers }: CampaignOptions): Promise<void> {
  const started = await Promise.all(Array.from({ length: workers }, () => fleet.start()))
  const ready = Promise.all(started.map(({ process }) => process.ready))
  await Promise.race([ready, delay(READY_MS_MAX, null, { ref: false })])
}

async function injectFaults(run: Run): Promise<readonly FaultSpan[]> {
  const { options, fleet, writer, deployed } = run
  const spans: FaultSpan[] = []
  const startedMs = performance.now()
  const endMs = startedMs + options.minutes * 60_000
  const wait = (ms: number): Promise<void> =>
    delay(Math.max(0, ms), undefined, { signal: options.signal }).catch(() => undefined)
  const bench: FaultBench = { ...run, workers: options.workers, wait }
  let current = 'calm'
  const progress = setInterval(() => {
    void deployed.behind().then(({ route, decide }) => {
      const seconds = Math.round((performance.now() - startedMs) / 1000)
      const counts = `${writer.made()} events, ${writer.acknowledged()} written, behind ${route} + ${decide}`
      options.tell(`${seconds} s: ${counts}, ${fleet.alive.length} workers, ${current}`)
    })
  }, PROGRESS_MS)
  try {
    for (const { pauseMs, faults } of schedule(options.seed, options.faults)) {
      await wait(Math.min(pauseMs, endMs - performance.now()))
      if (performance.now() >= endMs || options.signal.aborted) break
      const names = faults.map(({ name }) => name)
      current = names.join(' and ')
      const span = { names, startedMs: Date.now() }
      await Promise.all(faults.map(({ name, seed }) => faultTable[name].inject(bench, drawsFrom(seed))))
      spans.push({ ...span, endedMs: Date.now() })
      current = 'calm'
    }
    await wait(endMs - performance.now())
  } finally {
    clearInterval(progress)
  }
  if (options.signal.aborted) throw options.signal.reason
  return spans
}

/** Until all is committed, or nothing moves any more with no more left than markers. */
async function drain({ options, writer, deployed, fleet }: Run): Promise<void> {
  options.tell('the faults are over, the pipeline drains')
  await writer.finish()
  const deadlineMs = performance.now() + DRAIN_MS_MAX
  let last = { route: Infinity, decide: Infinity }
  let sinceMs = performance.now()
  while (performance.now() < deadlineMs) {
    const now = await deployed.behind()
    if (now.route !== last.route || now.decide !== last.decide) sinceMs = performance.now()
    last = now
    const steady = performance.now() - sinceMs >= STEADY_MS
    if (steady && now.route === 0 && now.decide <= MARKERS_MAX) return
    await delay(250, undefined, { signal: options.signal })
  }
  fleet.problems.push(`not drained in ${DRAIN_MS_MAX} ms: ${JSON.stringify(last)}`)
}

interface Outcome {
  readonly log: CommittedLog
  readonly spans: readonly FaultSpan[]
  readonly calls: readonly CallCount[]
  readonly folder: string
}

function judge(
  { options, writer, models, fleet }: Run,
  { log, spans, calls, folder }: Outcome,
): CampaignResult {
  const { seed } = options
  const eventOf = (n: number) => campaignEvent(seed, n)
  const found = verifyLog(log, { events: writer.made(), eventOf, rules: campaignRules })
  const requests = models.requests()
  const attempts = log.decisions.reduce((sum, decision) => sum + decision.attempts, 0)
  const problems = [
    ...fleet.problems,
    ...checkCalls({ requests, attempts, workers: calls, disturbed: spans.length > 0 }),
  ]
  const delays = delaysOf(log.decisions, 'plain')
  const recoveries = recoveriesOf(spans, delays)
  const waits = delays.map(({ writtenMs, decidedMs }) => decidedMs - writtenMs)
  const wrong = problems.length + found.kept.length > 0
  return {
    seed,
    faults: countNames(spans),
    events: writer.made(),
    resent: writer.uncertain(),
    work: log.work.length,
    decisions: log.decisions.length,
    undecided: log.decisions.filter(({ outcome }) => outcome === 'undecided').length,
    alerts: log.alerts.length,
    deadLetters: log.deadLetters.length,
    calls: { requests, attempts, abandoned: calls.reduce((sum, { abandoned }) => sum + abandoned, 0) },
    ...found.counts,
    problems,
    violations: found.kept,
    recoveryMs: { p50: quantile(recoveries, 0.5), p99: quantile(recoveries, 0.99) },
    delayMs: { p50: quantile(waits, 0.5), p99: quantile(waits, 0.99) },
    passed: !wrong,
    evidence: wrong || options.keep ? folder : null,
  }
}

function countNames(spans: readonly FaultSpan[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const name of spans.flatMap(({ names }) => names)) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function keepEvidence(
  folder: string,
  { log, spans, result }: { log: CommittedLog; spans: readonly FaultSpan[]; result: CampaignResult },
): void {
  writeFileSync(join(folder, 'result.json'), JSON.stringify({ ...result, spans }, null, 2))
  for (const [name, records] of Object.entries<readonly unknown[]>({ ...log })) {
    writeFileSync(
      join(folder, `${name}.ndjson`),
      records.map(record => `${JSON.stringify(record)}\n`).join(''),
    )
  }
}
