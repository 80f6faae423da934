import type { LogRecord } from '../../operators/lanes/lane.ts'
import type { Alert } from '../../schemas/alert.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Work } from '../../schemas/work.ts'
import { isAborted } from './aborted-records.ts'
import type { Incarnation } from './incarnation.ts'
import type { SentEvent } from './plan.ts'
import type { Commit, Simulation } from './simulation.ts'

/** An event that passes a rule by the second writing of its filter. */
export interface Expected {
  readonly rule: Rule
  readonly event: SentEvent
  readonly partition: number
  readonly offset: number
}

export interface WorkSeen {
  readonly offset: number
  readonly bytes: number
  readonly arrivedAtMs: number
  readonly isAborted: boolean
  readonly work: Work
}

/** One transaction of a DECIDE lane, as a read-committed consumer sees it. */
export interface Transaction {
  readonly incarnation: Incarnation
  readonly decisions: readonly Decision[]
  readonly alerts: readonly Alert[]
}

/** What lies in the log, read anew as it grows; nothing of it is told by the pipeline. */
export class Account {
  /** By rule, source partition and offset. */
  readonly expected = new Map<string, Expected>()
  garbage = 0
  /** By lane, in offset order. */
  readonly works: readonly WorkSeen[][]
  /** Expected work that lies on `work`, aborted records left out. */
  readonly routed = new Set<string>()
  /** Arrivals by lane, rule and key: the latest until then, as lane time never goes back. */
  readonly arrivals = new Map<string, number[]>()
  /** Since the last look. */
  fresh: readonly Transaction[] = []
  freshCommits: readonly Commit[] = []
  readonly transactions: Transaction[] = []
  /** Work offsets that committed decisions name, by lane. */
  readonly named: readonly Set<number>[]
  /** Arrivals of the events in committed decisions, by rule, key and event id. */
  readonly decided = new Map<string, number[]>()
  private readonly latest: number[]
  private readonly read: { decisions: number; alerts: number }[]
  private readCommits = 0
  private readonly simulation: Simulation

  constructor(simulation: Simulation) {
    this.simulation = simulation
    const lanes = 2 * simulation.plan.partitions
    this.works = Array.from({ length: lanes }, () => [])
    this.named = Array.from({ length: lanes }, () => new Set<number>())
    this.latest = Array.from({ length: lanes }, () => 0)
    this.read = Array.from({ length: lanes }, () => ({ decisions: 0, alerts: 0 }))
  }

  /** An event is about to be appended to the source. */
  expect(event: SentEvent, partition: number): void {
    const offset = this.simulation.log.records(this.simulation.sourceTopic, partition).length
    for (const { rule, matches } of this.simulation.plan.rules) {
      if (!matches(event)) continue
      this.expected.set(`${rule.rule_id}|${partition}|${offset}`, { rule, event, partition, offset })
    }
  }

  /** Reads what has come to the log. */
  look(): void {
    this.works.forEach((_, lane) => {
      this.readWork(lane)
    })
    this.freshCommits = this.simulation.commits.slice(this.readCommits)
    this.readCommits = this.simulation.commits.length
    this.fresh = this.freshCommits
      .filter(({ incarnation }) => incarnation.lane.stage === 'decide')
      .map(commit => this.transactionOf(commit))
    this.transactions.push(...this.fresh)
  }

  /** After the checks: what was seen now counts as named and decided. */
  settle(): void {
    for (const { incarnation, decisions } of this.fresh) {
      for (const decision of decisions) this.name(incarnation.lane.partition, decision)
    }
  }

  private name(lane: number, { rule_id, key, events, repeats }: Decision): void {
    for (const { work_offset } of [...events, ...repeats]) this.named[lane]?.add(Number(work_offset))
    for (const { event_id, arrived_at } of events) {
      const id = `${rule_id}|${key}|${event_id}`
      this.decided.set(id, [...(this.decided.get(id) ?? []), Date.parse(arrived_at)])
    }
  }

  private readWork(lane: number): void {
    const seen = this.works[lane] ?? []
    const records = this.simulation.log.records(this.simulation.topics.work, lane)
    for (const record of records.slice(seen.length)) {
      const found = workSeen(record)
      seen.push(found)
      const { rule_id, key, source } = found.work
      if (!found.isAborted) this.routed.add(`${rule_id}|${source.partition}|${source.offset}`)
      this.arrived(lane, `${rule_id}|${key}`, record.timestampMs)
    }
  }

  private arrived(lane: number, name: string, atMs: number): void {
    const latest = Math.max(this.latest[lane] ?? 0, atMs)
    this.latest[lane] = latest
    const arrivals = this.arrivals.get(`${lane}|${name}`) ?? []
    arrivals.push(latest)
    this.arrivals.set(`${lane}|${name}`, arrivals)
  }

  private transactionOf({ incarnation, decisionsEnd, alertsEnd }: Commit): Transaction {
    const { log, topics } = this.simulation
    const { partition } = incarnation.lane
    const read = this.read[partition] ?? { decisions: 0, alerts: 0 }
    const visible = (topic: string, from: number, to: number): string[] =>
      log
        .records(topic, partition)
        .slice(from, to)
        .filter(record => !isAborted(record))
        .map(({ value }) => String(value))
    const decisions = visible(topics.decisions, read.decisions, decisionsEnd)
    const alerts = visible(topics.alerts, read.alerts, alertsEnd)
    read.decisions = decisionsEnd
    read.alerts = alertsEnd
    return {
      incarnation,
      decisions: decisions.map((value): Decision => JSON.parse(value)),
      alerts: alerts.map((value): Alert => JSON.parse(value)),
    }
  }
}

function workSeen(record: LogRecord): WorkSeen {
  const work: Work = JSON.parse(String(record.value))
  const bytes = Buffer.byteLength(record.value ?? '') + Buffer.byteLength(record.key ?? '')
  return { offset: record.offset, bytes, arrivedAtMs: record.timestampMs, isAborted: isAborted(record), work }
}
