import type { Decision } from '../../../schemas/decision.ts'
import type { Account, WorkSeen } from '../account.ts'
import type { View } from './view.ts'

/**
 * I2: each work id is in exactly one committed decision, or is a repeat of one that is; an event is judged once for its rule
 * and key within `dedupe_seconds`; the windows of a key are written in the order of their events.
 */
export function* decidedOnce({ simulation, account }: View): Generator<string> {
  const dedupeMs = simulation.plan.bounds.dedupe_seconds * 1000
  for (const { incarnation, decisions } of account.fresh) {
    const { partition } = incarnation.lane
    const state = stateOf(account)
    for (const decision of decisions) {
      yield* placed(decision, partition, account)
      yield* namedOnce(decision, partition, state)
      yield* judgedOnce(decision, dedupeMs, state)
      yield* inOrder(decision, account.works[partition] ?? [], state)
    }
  }
}

interface State {
  readonly works: Set<string>
  readonly offsets: Set<string>
  /** Arrivals of judged events, by rule, key and event id. */
  readonly judged: Map<string, number[]>
  /** The last offset of the newest window, by rule and key. */
  readonly last: Map<string, number>
}

const states = new WeakMap<Account, State>()

function stateOf(account: Account): State {
  const state = states.get(account) ?? {
    works: new Set<string>(),
    offsets: new Set<string>(),
    judged: new Map<string, number[]>(),
    last: new Map<string, number>(),
  }
  states.set(account, state)
  return state
}

/** What a decision names is what lies there, and passed its rule. */
function* placed({ decision_id, rule_id, events, repeats }: Decision, partition: number, account: Account) {
  for (const { work_id, work_offset } of [...events, ...repeats]) {
    const found = account.works[partition]?.[Number(work_offset)]?.work
    if (found?.work_id !== work_id)
      yield `decision ${decision_id} names ${work_id} at ${work_offset}, where it is not`
  }
  for (const event of events) {
    const name = `${rule_id}|${event.partition}|${event.offset}`
    if (!account.expected.has(name)) yield `decision ${decision_id} has ${name}, which does not pass the rule`
  }
}

function* namedOnce(
  { decision_id, events, repeats }: Decision,
  partition: number,
  { works, offsets }: State,
) {
  for (const { work_id } of events) {
    if (works.has(work_id)) yield `work ${work_id} is in two decisions, ${decision_id} is the second`
    works.add(work_id)
  }
  for (const { work_offset } of [...events, ...repeats]) {
    const place = `${partition}/${work_offset}`
    if (offsets.has(place)) yield `work offset ${place} is named twice, ${decision_id} is the second`
    offsets.add(place)
  }
}

function* judgedOnce(decision: Decision, dedupeMs: number, { judged }: State): Generator<string> {
  if (dedupeMs === 0 || decision.outcome === 'undecided' || decision.outcome === 'cancelled') return
  for (const event of decision.events) {
    const id = `${decision.rule_id}|${decision.key}|${event.event_id}`
    const atMs = Date.parse(event.arrived_at)
    const before = judged.get(id) ?? []
    const near = before.find(arrivedAtMs => Math.abs(atMs - arrivedAtMs) <= dedupeMs)
    if (near !== undefined) yield `event ${id} is judged twice, ${atMs - near} ms apart`
    judged.set(id, [...before, atMs])
  }
}

function* inOrder(
  { rule_id, key, events }: Decision,
  works: readonly WorkSeen[],
  { last }: State,
): Generator<string> {
  for (const { work_offset } of events) {
    const offset = Number(work_offset)
    // An aborted record may come through to a later owner only: by then what lies behind it is decided.
    if (works[offset]?.isAborted === true) continue
    const name = `${rule_id}|${key}`
    const before = last.get(name) ?? -1
    if (offset <= before) yield `${name}: work ${offset} is decided after ${before}`
    last.set(name, Math.max(offset, before))
  }
}
