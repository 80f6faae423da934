import type { ClosedBy } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { WindowMode } from '../telemetry.ts'
import { dueAt, type Now } from './due-at.ts'
import { dueHeap } from './due-heap.ts'
import { modeOf } from './mode-of.ts'
import type { ClosedWindow, HeldWork } from './window.ts'

export interface WindowBookOptions {
  /** Most open windows, and half of it is where pressure stops. */
  readonly windowsMax: number
  readonly eventsMax: number
  readonly bytesMax: number
  /** When the window that opens with this offset was due in a run before; null where that is not known. */
  readonly knownDueMs?: (offset: number) => number | null
}

/**
 * Most events of one window, which is the largest `batch_size`: the decision names each of them, and with names as long as
 * they may be it still fits into a record of its topic. A window without a size of its own closes early here.
 */
export const WINDOW_EVENTS_MAX = 1000

/** Closed windows in the heap before it is made anew. */
const STALE_MAX = 1024

export interface OpenWindow {
  readonly rule: Rule
  readonly key: string
  readonly held: HeldWork[]
  readonly openedAtMs: number
  readonly firstOffset: number
  readonly dueMs: number
  bytes: number
  closed: boolean
}

/** The open windows of one lane by (rule, key), in the order in which they opened, with a heap of their due times. */
export class WindowBook {
  // A map keeps the order of insertion, so its first window is the oldest.
  private readonly open = new Map<string, OpenWindow>()
  private readonly counts = new Map<WindowMode, number>()
  private due = dueHeap<OpenWindow>()
  private events = 0
  private bytes = 0
  private readonly maxima: WindowBookOptions

  constructor(maxima: WindowBookOptions) {
    this.maxima = maxima
  }

  get count(): number {
    return this.open.size
  }

  /** The open windows, the oldest first. */
  windows(): Iterable<OpenWindow> {
    return this.open.values()
  }

  /** Open windows of a mode. */
  countOf(mode: WindowMode): number {
    return this.counts.get(mode) ?? 0
  }

  /** The earliest due time of an open window; null when there is none. */
  get nextDueMs(): number | null {
    return this.earliest()?.dueMs ?? null
  }

  /** What an event would join. */
  find(ruleId: string, key: string): OpenWindow | undefined {
    return this.open.get(windowName(ruleId, key))
  }

  /** Adds an event to the window of its (rule, key); returns the window when the event closes it. */
  join(held: HeldWork, rule: Rule, now: Now): ClosedWindow | null {
    const window = this.find(rule.rule_id, held.key) ?? this.openWindow(held, rule, now)
    if (window === null) return closeAtOnce(held, rule, now)
    window.held.push(held)
    window.bytes += held.bytes
    this.events++
    this.bytes += held.bytes
    const sizeMax = window.rule.rule_config.llm_config?.batch_size ?? Infinity
    if (window.held.length >= sizeMax) return this.close(window, 'size', now.arrivedAtMs)
    return window.held.length >= WINDOW_EVENTS_MAX ? this.close(window, 'pressure', now.arrivedAtMs) : null
  }

  /** The next window that is due at or before `laneMs`, closed at its due time. */
  closeDue(laneMs: number): ClosedWindow | null {
    const window = this.earliest()
    if (window === undefined || window.dueMs > laneMs) return null
    this.due.pop()
    return this.close(window, modeOf(window.rule) === 'interval' ? 'tick' : 'time', window.dueMs)
  }

  /** Closes the oldest windows, at least one, until open windows hold no more than half of each maximum. */
  *closeOldest(laneMs: number): Generator<ClosedWindow> {
    for (const window of this.open.values()) {
      yield this.close(window, 'pressure', Math.max(laneMs, window.openedAtMs))
      if (this.isHalfFree()) return
    }
  }

  private isHalfFree(): boolean {
    const { windowsMax, eventsMax, bytesMax } = this.maxima
    return this.open.size <= windowsMax / 2 && this.events <= eventsMax / 2 && this.bytes <= bytesMax / 2
  }

  private openWindow(held: HeldWork, rule: Rule, now: Now): OpenWindow | null {
    const { key } = held
    const firstOffset = held.offset
    const dueMs = dueAt(
      rule,
      key,
      this.maxima.knownDueMs ? { ...now, knownDueMs: this.maxima.knownDueMs(firstOffset) } : now,
    )
    if (dueMs === null) return null
    const window = {
      rule,
      key,
      held: [],
      openedAtMs: now.arrivedAtMs,
      firstOffset,
      dueMs,
      bytes: 0,
      closed: false,
    }
    this.open.set(windowName(rule.rule_id, key), window)
    this.due.push(window)
    this.countChange(rule, 1)
    return window
  }

  private close(window: OpenWindow, closedBy: ClosedBy, closedAtMs: number): ClosedWindow {
    const { rule, key, held, openedAtMs } = window
    window.closed = true
    this.open.delete(windowName(rule.rule_id, key))
    this.events -= held.length
    this.bytes -= window.bytes
    this.countChange(rule, -1)
    return { kind: 'window', rule, ruleId: rule.rule_id, key, held, openedAtMs, closedAtMs, closedBy }
  }

  private countChange(rule: Rule, change: number): void {
    const mode = modeOf(rule)
    this.counts.set(mode, this.countOf(mode) + change)
  }

  private earliest(): OpenWindow | undefined {
    // Windows that closed by size stay in the heap until they come up, or until they outnumber the open ones.
    if (this.due.size > STALE_MAX && this.due.size > this.open.size * 2) {
      this.due = dueHeap()
      for (const window of this.open.values()) this.due.push(window)
    }
    while (this.due.peek()?.closed === true) this.due.pop()
    return this.due.peek()
  }
}

function closeAtOnce(held: HeldWork, rule: Rule, { arrivedAtMs: atMs }: Now): ClosedWindow {
  const { key } = held
  return {
    kind: 'window',
    rule,
    ruleId: rule.rule_id,
    key,
    held: [held],
    openedAtMs: atMs,
    closedAtMs: atMs,
    closedBy: 'event',
  }
}

// Ids of rules have no separator in them.
function windowName(ruleId: string, key: string): string {
  return `${ruleId}|${key}`
}
