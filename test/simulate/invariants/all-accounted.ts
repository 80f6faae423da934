import { isAborted } from '../aborted-records.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Incarnation } from '../incarnation.ts'
import type { Account } from '../account.ts'
import type { View } from './view.ts'

/** At the end: every event that passes a rule is in exactly one decision, or repeats one that is, and nothing is left over. */
export function* allAccounted(view: View): Generator<string> {
  yield* everythingCommitted(view)
  yield* everyEventDecided(view)
  yield* everyRequestOwned(view)
  yield* deadLettersMatch(view)
}

function* everythingCommitted({ simulation }: View): Generator<string> {
  for (const { ref } of simulation.slots) {
    const end = simulation.log.records(simulation.topicOf(ref.stage), ref.partition).length
    const committed = simulation.committed(ref)
    if (committed !== end) yield `${ref.stage}/${ref.partition} is committed to ${committed} of ${end}`
  }
}

function* everyEventDecided(view: View): Generator<string> {
  const decided = decisionsOf(view.account).flatMap(({ rule_id, events }) =>
    events.map(({ partition, offset }) => `${rule_id}|${partition}|${offset}`),
  )
  const times = Map.groupBy(decided, name => name)
  const arrivals = arrivalsOf(view.account)
  for (const [name, { event }] of view.account.expected) {
    const count = times.get(name)?.length ?? 0
    if (count === 1 || (count === 0 && isRepeat(name, arrivals.get(name) ?? [], view))) continue
    yield `${name} (${event.eventId}) is in ${count} decisions`
  }
}

/** The same event id is decided for the rule and key, within `dedupe_seconds`. */
function isRepeat(name: string, arrivals: readonly number[], { simulation, account }: View): boolean {
  const dedupeMs = simulation.plan.bounds.dedupe_seconds * 1000
  const expected = account.expected.get(name)
  if (dedupeMs === 0 || expected === undefined) return false
  const { rule, event } = expected
  const others = account.decided.get(`${rule.rule_id}|${event.key}|${event.eventId}`) ?? []
  return arrivals.some(atMs => others.some(otherMs => Math.abs(atMs - otherMs) <= dedupeMs))
}

/** I7 in sum: what was sent is named in a committed decision of its lane, or was reported as abandoned with it. */
function* everyRequestOwned({ simulation, account }: View): Generator<string> {
  const named = new Map<Incarnation, number>()
  for (const { incarnation, decisions } of account.transactions) {
    const attempts = decisions.reduce((sum, decision) => sum + decision.attempts, 0)
    named.set(incarnation, (named.get(incarnation) ?? 0) + attempts)
  }
  for (const incarnation of simulation.incarnations) {
    const { name, sent, abandoned } = incarnation
    const inDecisions = named.get(incarnation) ?? 0
    // A lane that did not hear of its last commit counts as abandoned what is named there as well.
    if (sent <= inDecisions + abandoned && inDecisions <= sent) continue
    yield `${name} sent ${sent} requests: ${inDecisions} in decisions, ${abandoned} abandoned`
  }
}

function* deadLettersMatch({ simulation: { log, topics }, account }: View): Generator<string> {
  const undecided = decisionsOf(account)
    .filter(({ outcome }) => outcome === 'undecided')
    .reduce((sum, { event_count }) => sum + event_count, 0)
  const found = log.records(topics.deadLetter).filter(record => !isAborted(record)).length
  if (found !== undecided + account.garbage) {
    yield `${found} dead letters, of ${account.garbage} records that are no events and ${undecided} undecided ones`
  }
}

function decisionsOf(account: Account): readonly Decision[] {
  return account.transactions.flatMap(({ decisions }) => decisions)
}

/** When the work of an event arrived, as often as it was written. */
function arrivalsOf(account: Account): Map<string, number[]> {
  const arrivals = new Map<string, number[]>()
  for (const { work, arrivedAtMs } of account.works.flat()) {
    const name = `${work.rule_id}|${work.source.partition}|${work.source.offset}`
    arrivals.set(name, [...(arrivals.get(name) ?? []), arrivedAtMs])
  }
  return arrivals
}
