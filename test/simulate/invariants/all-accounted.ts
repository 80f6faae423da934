import { isAborted } from '../aborted-records.ts'
import type { Decision } from '../../../schemas/decision.ts'
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

function* everyRequestOwned({ simulation, account }: View): Generator<string> {
  const owned = decisionsOf(account).reduce((sum, { attempts }) => sum + attempts, 0)
  const asked = [...simulation.model.asked.values()]
  const all = asked.reduce((sum, { sent }) => sum + sent, 0)
  const lost = asked
    .filter(({ incarnation }) => incarnation.isClosed)
    .reduce((sum, { sent }) => sum + sent, 0)
  const lostOwned = account.transactions
    .filter(({ incarnation }) => incarnation.isClosed)
    .flatMap(({ decisions }) => decisions)
    .reduce((sum, { attempts }) => sum + attempts, 0)
  if (all !== owned + lost - lostOwned) {
    yield `${all} requests were sent: ${owned} named in decisions, ${lost - lostOwned} lost with their lanes`
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
