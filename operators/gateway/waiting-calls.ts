import { type CallPriority, callPriorities } from '../../schemas/rule.ts'
import { FirstInFirstOut } from '../first-in-first-out.ts'

export interface WaitingCall {
  readonly priority: CallPriority
  readonly ruleId: string
  readonly sinceMs: number
  /** Kept by the queue: false before it enters and after it has left. */
  isWaiting: boolean
}

/** A call that waits so long counts as of the next higher priority, up to `high`. */
export const AGEING_MS = 30_000
/** Each so many-th turn is that of the call that waited longest, whatever its priority: so nothing starves. */
export const OLDEST_EVERY = 20

const HIGH = callPriorities.indexOf('high')

/**
 * Calls that wait for their turn: higher priorities first, the rules of one priority by turns, and the calls of one rule in
 * order. As many as their caller enters: the lanes bound the windows in judgement.
 */
export class WaitingCalls<T extends WaitingCall> {
  private readonly classes = callPriorities.map(() => new PriorityClass<T>())
  private given = 0

  get count(): number {
    return this.classes.reduce((sum, { count }) => sum + count, 0)
  }

  /** With those that have left and were not passed over yet. */
  get kept(): number {
    return this.classes.reduce((sum, { kept }) => sum + kept, 0)
  }

  countAt(priority: CallPriority): number {
    return this.classOf(priority).count
  }

  enter(call: T): void {
    this.classOf(call.priority).enter(call)
  }

  /** The call whose turn it is; it stays until it is removed. */
  next(nowMs: number): T | undefined {
    if ((this.given + 1) % OLDEST_EVERY === 0) return this.longestWaiting(() => true)
    const top = this.classes.findLastIndex(({ count }) => count > 0)
    const risen = this.longestWaiting(call => risenTo(call, nowMs) >= top && levelOf(call) < top)
    return risen ?? this.classes[top]?.next()
  }

  /** Its turn has come; or, not `given`, it has left. */
  remove(call: T, given: boolean): void {
    if (!call.isWaiting) return
    this.classOf(call.priority).remove(call, given)
    if (given) this.given++
  }

  /** Of the first of each priority, the one that came first. */
  private longestWaiting(counts: (call: T) => boolean): T | undefined {
    let found: T | undefined
    for (const { count, first } of this.classes) {
      if (count === 0 || first === undefined || !counts(first)) continue
      if (found === undefined || first.sinceMs < found.sinceMs) found = first
    }
    return found
  }

  private classOf(priority: CallPriority): PriorityClass<T> {
    const found = this.classes[callPriorities.indexOf(priority)]
    if (found === undefined) throw new Error(`there is no priority ${priority}`)
    return found
  }
}

/** The waiting calls of one rule. */
interface RuleRow<T> {
  readonly ruleId: string
  readonly calls: FirstInFirstOut<T>
}

/** Calls that have left stay in their rows, and are passed over when they come up. */
class PriorityClass<T extends WaitingCall> {
  count = 0
  private readonly arrived = new FirstInFirstOut<T>()
  private readonly rows = new Map<string, RuleRow<T>>()
  /** Whose turn it is among the rules. */
  private readonly turns = new FirstInFirstOut<RuleRow<T>>()

  get kept(): number {
    return Math.max(this.arrived.size, ...[...this.rows.values()].map(({ calls }) => calls.size))
  }

  enter(call: T): void {
    call.isWaiting = true
    this.count++
    this.arrived.push(call)
    const row = this.rows.get(call.ruleId)
    if (row === undefined) this.open(call)
    else row.calls.push(call)
  }

  /** The one that came first. */
  get first(): T | undefined {
    return firstWaiting(this.arrived)
  }

  next(): T | undefined {
    for (let row = this.turns.first; row !== undefined; row = this.turns.first) {
      const call = firstWaiting(row.calls)
      if (call !== undefined) return call
      this.turns.shift()
      this.rows.delete(row.ruleId)
    }
    return undefined
  }

  remove(call: T, given: boolean): void {
    call.isWaiting = false
    this.count--
    const own = this.rows.get(call.ruleId)
    if (own !== undefined) firstWaiting(own.calls)
    firstWaiting(this.arrived)
    const row = this.turns.first
    // The next rule's turn, unless age took this call out of its row's turn.
    if (given && row !== undefined && row.ruleId === call.ruleId) {
      this.turns.shift()
      this.turns.push(row)
    }
  }

  private open(call: T): void {
    const row = { ruleId: call.ruleId, calls: new FirstInFirstOut<T>() }
    row.calls.push(call)
    this.rows.set(call.ruleId, row)
    this.turns.push(row)
  }
}

function firstWaiting<T extends WaitingCall>(calls: FirstInFirstOut<T>): T | undefined {
  while (calls.first?.isWaiting === false) calls.shift()
  return calls.first
}

function levelOf({ priority }: WaitingCall): number {
  return callPriorities.indexOf(priority)
}

/** The level that a call has reached by waiting; a critical call is above all that age can do. */
function risenTo(call: WaitingCall, nowMs: number): number {
  const level = levelOf(call)
  return Math.max(level, Math.min(HIGH, level + Math.floor((nowMs - call.sinceMs) / AGEING_MS)))
}
