import { type CommittedLog, type DecisionRecord, placeOf, type WorkRecord } from './committed-log.ts'
import type { Violations } from './violations.ts'

/**
 * Every work record is in exactly one committed decision, or repeats an event that is in one; no event of a (rule, key)
 * is judged twice; decisions of a (rule, key) are in the order of their events.
 */
export function checkDeciding({ work, decisions }: CommittedLog, found: Violations): void {
  const account: Account = {
    found,
    workAt: new Map(work.map(record => [record.place, record])),
    decidedIn: new Map(),
    judgedIn: new Map(),
    known: new Set(),
    newestOffset: new Map(),
  }
  checkIds(decisions, found)
  for (const decision of decisions) enter(decision, account)
  for (const decision of decisions) checkRepeats(decision, account)
  for (const record of work) {
    if (account.decidedIn.has(record.place) || account.known.has(identityOf(record))) continue
    found.add('lost', `work ${record.place}: ${identityOf(record)} is in no decision`)
  }
}

interface Account {
  readonly found: Violations
  readonly workAt: ReadonlyMap<string, WorkRecord>
  /** Decision by place on `work`. */
  readonly decidedIn: Map<string, string>
  /** Decision that judged an event of a (rule, key). */
  readonly judgedIn: Map<string, string>
  /** Events of a (rule, key) in any decision. */
  readonly known: Set<string>
  readonly newestOffset: Map<string, number>
}

type DecidedEvent = DecisionRecord['events'][number]

function checkIds(decisions: readonly DecisionRecord[], found: Violations): void {
  const ids = new Set<string>()
  for (const { decision_id: id, work_partition, partition } of decisions) {
    if (ids.has(id)) found.add('duplicate', `decision ${id} is there twice`)
    ids.add(id)
    if (work_partition !== partition) found.add('illegal', `decision ${id} is not beside its work`)
  }
}

function enter(decision: DecisionRecord, account: Account): void {
  const { decision_id: id, outcome } = decision
  const judged = outcome !== 'undecided' && outcome !== 'cancelled'
  for (const event of decision.events) {
    const record = account.workAt.get(placeOf(decision.work_partition, event.work_offset))
    if (record === undefined || !isOf(event, record, decision)) {
      const what = `decision ${id}: ${event.event_id} at ${event.work_offset}`
      account.found.add('illegal', `${what} is not what is on work`)
      continue
    }
    once(account.decidedIn, record.place, { id, found: account.found })
    if (judged) once(account.judgedIn, identityOf(record), { id, found: account.found })
    account.known.add(identityOf(record))
    checkOrder(event, decision, account)
  }
}

function isOf(event: DecidedEvent, record: WorkRecord, decision: DecisionRecord): boolean {
  const seen = [event.work_id, event.event_id, decision.rule_id, decision.key, event.arrived_at]
  const written = [record.workId, record.eventId, record.ruleId, record.key, record.arrivedAt]
  const source = placeOf(event.partition, event.offset)
  return source === record.source && seen.every((value, index) => value === written[index])
}

function once(
  places: Map<string, string>,
  what: string,
  { id, found }: { readonly id: string; readonly found: Violations },
): void {
  const before = places.get(what)
  if (before !== undefined) found.add('duplicate', `${what} is in the decisions ${before} and ${id}`)
  places.set(what, id)
}

function checkOrder(
  { work_offset, event_id }: DecidedEvent,
  decision: DecisionRecord,
  account: Account,
): void {
  const name = `${decision.rule_id}|${decision.key}`
  const newest = account.newestOffset.get(name) ?? -1
  if (Number(work_offset) <= newest) {
    const what = `decision ${decision.decision_id}: ${event_id} at ${work_offset} of ${name}`
    account.found.add('illegal', `${what} comes after ${newest}`)
  }
  account.newestOffset.set(name, Number(work_offset))
}

/** What a decision names as a repeat is one. */
function checkRepeats({ decision_id: id, work_partition, repeats }: DecisionRecord, account: Account): void {
  for (const { work_offset } of repeats) {
    const place = placeOf(work_partition, work_offset)
    const record = account.workAt.get(place)
    const other = account.decidedIn.get(place)
    if (other !== undefined) account.found.add('duplicate', `${place} is a repeat in ${id} and in ${other}`)
    if (record === undefined || !account.known.has(identityOf(record))) {
      account.found.add('illegal', `decision ${id}: ${place} repeats nothing`)
    }
  }
}

function identityOf({ ruleId, key, eventId }: WorkRecord): string {
  return `${ruleId}|${key} of ${eventId}`
}
