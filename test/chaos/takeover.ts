import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { waitFor } from '../support/wait-for.ts'
import { campaignKafka } from './campaign-kafka.ts'
import { campaignRules, PLAIN } from './campaign-rules.ts'
import { chaosCluster } from './chaos-cluster.ts'
import { deployment, type Deployment } from './deployment.ts'
import { eventWriter } from './event-writer.ts'
import { delaysOf, quantile } from './latencies.ts'
import { modelBench } from './model-bench.ts'
import { decisionRecord, type DecisionRecord } from './verify/committed-log.ts'
import { readCommitted } from './verify/read-committed.ts'
import { WorkerFleet } from './worker-fleet.ts'

export interface TakeoverOptions {
  readonly libs: string
  readonly seed: number
  readonly rate: number
  readonly tell: (line: string) => void
}

export interface TakeoverResult {
  readonly normalP99Ms: number
  /** From the `kill -9` of one of three workers until the last event was decided later than is normal. */
  readonly takeoverMs: number
  /** From the start of a process until it decides an event that waits for it, with few decisions behind its lane. */
  readonly openedMs: number
  /** The same, with 100,000 decisions behind the lane. */
  readonly openedBehindMs: number
}

const WORKERS = 3
const WARM_MS = 8000
const BEFORE_MS = 15_000
const AFTER_MS = 30_000
const DECISIONS = 100_000
const SEND = 1000
/** Later than normal is later than so many times the p99 before, and than a second. */
const LATE_FACTOR = 3
const LATE_MS_MIN = 1000
const SETTLED_MS_MAX = 300_000

interface Site {
  readonly brokers: readonly string[]
  readonly deployed: Deployment
  readonly fleet: WorkerFleet
  readonly options: TakeoverOptions
}

/** Measures how long a killed worker is missed, and how long a lane with a long journal takes to open. */
export async function takeover(options: TakeoverOptions): Promise<TakeoverResult> {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrigger-takeover-'))
  const cluster = await chaosCluster(options.libs, 'one')
  const models = modelBench(options.seed)
  const rules = campaignRules.map(({ document }) => document)
  const deployed = await deployment(cluster, rules)
  const fleet = new WorkerFleet({ configFor: deployed.configFor, rules, models, folder })
  const site = { brokers: cluster.direct, deployed, fleet, options }
  try {
    const taken = await killOne(site)
    options.tell(`taken over after ${taken.takeoverMs} ms`)
    return { ...taken, ...(await reopen(site)) }
  } finally {
    await fleet.dispose()
    await deployed.close()
    await models.close()
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function killOne(site: Site): Promise<Pick<TakeoverResult, 'normalP99Ms' | 'takeoverMs'>> {
  const { brokers, deployed, fleet, options } = site
  const started = await Promise.all(Array.from({ length: WORKERS }, () => fleet.start()))
  await Promise.all(started.map(({ process }) => process.ready))
  const kafka = campaignKafka(brokers)
  const writer = await eventWriter({ kafka, topic: deployed.source, seed: options.seed, rate: options.rate })
  await delay(WARM_MS)
  const fromMs = Date.now()
  await delay(BEFORE_MS)
  const killedMs = Date.now()
  const [victim] = started
  if (victim !== undefined) await fleet.kill(victim)
  await delay(AFTER_MS)
  await writer.finish()
  await settled(deployed)
  const decisions: DecisionRecord[] = []
  const from = { libs: options.libs, brokers, topic: deployed.topics.decisions }
  await readCommitted(from, record => decisions.push(decisionRecord(record)))
  const delays = ['plain', 'realtime'].flatMap(id => delaysOf(decisions, id))
  const normal = delays.filter(({ writtenMs, decidedMs }) => writtenMs >= fromMs && decidedMs < killedMs)
  const normalP99Ms = quantile(
    normal.map(({ writtenMs, decidedMs }) => decidedMs - writtenMs),
    0.99,
  )
  const lateMs = Math.max(LATE_MS_MIN, LATE_FACTOR * normalP99Ms)
  const late = delays.filter(
    ({ writtenMs, decidedMs }) => decidedMs > killedMs && decidedMs - writtenMs > lateMs,
  )
  return { normalP99Ms, takeoverMs: Math.max(0, ...late.map(({ decidedMs }) => decidedMs - killedMs)) }
}

/** One worker that owns every lane: when it decides an event that waits, before and after its lane has 100,000 decisions. */
async function reopen(site: Site): Promise<Pick<TakeoverResult, 'openedMs' | 'openedBehindMs'>> {
  const { brokers, deployed, fleet, options } = site
  const producer = campaignKafka(brokers).producer()
  await producer.connect()
  const send = (from: number, count: number) => {
    const messages = Array.from({ length: count }, (_, index) => burstEvent(from + index))
    return producer.send({ topic: deployed.source, messages })
  }
  await fleet.stopAll()
  await send(DECISIONS, 1)
  const startedMs = await startedAt(fleet)
  for (let sent = 0; sent < DECISIONS; sent += SEND) await send(sent, SEND)
  options.tell(`${DECISIONS} events of one key are written`)
  await settled(deployed)
  await fleet.stopAll()
  await send(DECISIONS + 1, 1)
  const startedBehindMs = await startedAt(fleet)
  await settled(deployed)
  await producer.disconnect()
  const probes = new Map<string, number>()
  await readCommitted({ libs: options.libs, brokers, topic: deployed.topics.decisions }, record => {
    const { events, decided_at } = decisionRecord(record)
    const [first] = events
    if (first?.event_id.startsWith('burst-1') === true) probes.set(first.event_id, Date.parse(decided_at))
  })
  return {
    openedMs: (probes.get(`burst-${DECISIONS}`) ?? NaN) - startedMs,
    openedBehindMs: (probes.get(`burst-${DECISIONS + 1}`) ?? NaN) - startedBehindMs,
  }
}

function burstEvent(index: number) {
  const event = { event_id: `burst-${index}`, event_type: PLAIN, data: { n: 4 * index, name: 'burst' } }
  return { key: 'burst', partition: 0, value: JSON.stringify(event) }
}

async function startedAt(fleet: WorkerFleet): Promise<number> {
  const startedMs = Date.now()
  const { process } = await fleet.start()
  await process.ready
  return startedMs
}

/** Nothing on the source is left, and of `work` no more than the events of open windows and markers, for a while. */
async function settled(deployed: Deployment): Promise<void> {
  let last = ''
  const unchanged = async () => {
    const { route, decide } = await deployed.behind()
    const before = last
    last = `${route} ${decide}`
    return route === 0 && decide < SEND && last === before
  }
  await waitFor(unchanged, { what: 'the pipeline to settle', withinMs: SETTLED_MS_MAX, everyMs: 3000 })
}
