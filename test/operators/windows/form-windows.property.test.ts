import fc from 'fast-check'
import { Subject } from 'rxjs'
import { expect, test } from 'vitest'
import type { WindowInput } from '../../../operators/lanes/take-work.ts'
import { formWindows } from '../../../operators/windows/form-windows.ts'
import type { ClosedWindow, HeldWork } from '../../../operators/windows/window.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { silentTelemetry } from '../../support/silent-telemetry.ts'
import { virtualTime } from '../../support/virtual-time.ts'
import { heldWork, ruleOf } from './held-work.ts'

const BATCH_SIZE = 3
const PERIOD_MS = 1000
const rules: readonly (Rule | null)[] = [
  ruleOf('batch', { trigger_mode: 'batch', batch_size: BATCH_SIZE, max_wait_seconds: 1 }),
  ruleOf('slow', { trigger_mode: 'batch', batch_size: 1000, max_wait_seconds: 2 }),
  ruleOf('interval', { trigger_mode: 'interval', interval_seconds: 1 }),
  ruleOf('realtime', { trigger_mode: 'realtime' }),
  null,
]
const LATER_MS = 100_000
const wide = { windowsMax: 1e6, eventsMax: 1e6, bytesMax: 1e9 }

const arrival = fc.record({
  // Round gaps, so that records hit deadlines exactly.
  gapMs: fc.oneof(fc.constantFrom(0, 1, 250, 499, 500, 501, 999, 1000, 1001), fc.nat(2500)),
  rule: fc.constantFrom(...rules),
  key: fc.constantFrom('a', 'b', 'c'),
})
const arrivals = fc.array(arrival, { maxLength: 40 }).map(list => {
  let atMs = 0
  return list.map(({ gapMs, rule, key }, offset) => {
    atMs += gapMs
    return heldWork(rule, { offset, atMs, key })
  })
})

interface Step {
  readonly atMs: number
  readonly inputs: readonly WindowInput[]
}

interface Formed {
  readonly window: ClosedWindow
  /** The clock's time when it came out. */
  readonly outMs: number
}

function form(steps: readonly Step[], maxima = wide, watch: (count: number) => void = () => undefined) {
  const scheduler = virtualTime()
  const formed: Formed[] = []
  const open = new Map<string, number>()
  const telemetry = {
    ...silentTelemetry,
    windowsOpen: (_: number, mode: string, count: number) => {
      open.set(mode, count)
    },
  }
  scheduler.run(() => {
    const inputs$ = new Subject<WindowInput>()
    inputs$
      .pipe(formWindows({ clock: scheduler, telemetry, partition: 0, ...maxima }))
      .subscribe(window => formed.push({ window, outMs: scheduler.now() }))
    for (const { atMs, inputs } of steps) {
      scheduler.schedule(() => {
        for (const input of inputs) {
          inputs$.next(input)
          watch([...open.values()].reduce((sum, one) => sum + one, 0))
        }
      }, atMs)
    }
  })
  return formed
}

const end: WindowInput = { kind: 'end' }
const offsetsOf = ({ held }: ClosedWindow) => held.map(({ offset }) => offset)
const inShort = ({ window }: Formed) => {
  const { ruleId, key, openedAtMs, closedAtMs, closedBy } = window
  return { ruleId, key, openedAtMs, closedAtMs, closedBy, offsets: offsetsOf(window) }
}

function live(events: readonly HeldWork[]): readonly Step[] {
  return events.map(event => ({ atMs: event.arrivedAtMs, inputs: [event, end] }))
}

/** Nothing lost, nothing doubled, order kept for each rule and key. */
function expectWhole(formed: readonly Formed[], events: readonly HeldWork[]): void {
  const all = formed.flatMap(({ window }) => offsetsOf(window))
  expect(all.toSorted((a, b) => a - b)).toEqual(events.map(({ offset }) => offset))
  const lanes = Map.groupBy(formed, ({ window }) => `${window.ruleId}|${window.key}`)
  for (const [name, windows] of lanes) {
    // An event of a rule that is gone comes out at once, alone.
    if (name.startsWith('gone')) continue
    const offsets = windows.flatMap(({ window }) => offsetsOf(window))
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
  }
}

/** Its size and its wait are kept to, and live it comes out exactly when it closes, with no further event needed. */
function expectTimely({ window, outMs }: Formed): void {
  const { rule, held, closedBy, openedAtMs, closedAtMs } = window
  const { batch_size: sizeMax = Infinity, max_wait_seconds = 0 } = rule?.rule_config.llm_config ?? {}
  const waitMs = max_wait_seconds * 1000
  expect(outMs).toBe(closedAtMs)
  expect(held.at(0)).toMatchObject({ arrivedAtMs: openedAtMs })
  expect(held.length).toBeLessThanOrEqual(sizeMax)
  expect(closedBy === 'size').toBe(held.length === sizeMax)
  if (closedBy === 'time') expect(closedAtMs - openedAtMs).toBe(waitMs)
  if (closedBy === 'size') expect(closedAtMs - openedAtMs).toBeLessThan(waitMs)
  if (closedBy === 'tick') expect(closedAtMs - openedAtMs).toBeLessThanOrEqual(PERIOD_MS)
}

test('loses and doubles nothing, keeps to sizes and deadlines, and never both', () => {
  fc.assert(
    fc.property(arrivals, events => {
      const formed = form(live(events))
      expectWhole(formed, events)
      formed.forEach(expectTimely)
      for (const { window } of formed.filter(one => ['time', 'tick'].includes(one.window.closedBy))) {
        for (const { arrivedAtMs } of window.held) expect(arrivedAtMs).toBeLessThan(window.closedAtMs)
      }
    }),
    { numRuns: 200 },
  )
})

interface Piece {
  readonly length: number
  readonly lateMs: number
}

/** A lane that falls behind again and again: of each piece the first record comes without delay, the others late. */
function inPieces(events: readonly HeldWork[], pieces: Iterator<Piece, undefined>): readonly Step[] {
  const steps: Step[] = []
  const timeOf = (event: HeldWork | undefined, otherwise: number) => event?.arrivedAtMs ?? otherwise
  for (let at = 0; at < events.length;) {
    const { length, lateMs } = pieces.next().value ?? { length: 1, lateMs: 0 }
    const piece = events.slice(at, at + length)
    at += length
    const firstMs = Math.max(steps.at(-1)?.atMs ?? 0, timeOf(piece[0], 0))
    const atMs = Math.max(firstMs, timeOf(piece.at(-1), 0) + lateMs)
    steps.push({ atMs: firstMs, inputs: piece.slice(0, 1) })
    // Only before the next record has arrived is the end proven.
    const proven = atMs < timeOf(events[at], LATER_MS)
    steps.push({ atMs, inputs: [...piece.slice(1), ...(proven ? [end] : [])] })
  }
  return [...steps, { atMs: 2 * LATER_MS, inputs: [end] }]
}

test('forms the same windows live, as one backlog, and caught up in pieces', () => {
  const piece = fc.record({ length: fc.integer({ min: 1, max: 9 }), lateMs: fc.nat(2000) })
  fc.assert(
    fc.property(arrivals, fc.infiniteStream(piece), (events, pieces) => {
      const alive = form(live(events)).map(inShort)
      expect(form([{ atMs: LATER_MS, inputs: [...events, end] }]).map(inShort)).toEqual(alive)
      expect(form(inPieces(events, pieces[Symbol.iterator]())).map(inShort)).toEqual(alive)
    }),
    { numRuns: 200 },
  )
})

/** Time never goes back: neither that of the lane nor that of arrivals. */
function expectForward(formed: readonly Formed[]): void {
  const times = formed.map(({ window }) => window.closedAtMs)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
}

const control = fc.constantFrom<WindowInput>(end, { kind: 'pressure' }, { kind: 'standstill' })
const bounds = fc.record({
  windowsMax: fc.integer({ min: 1, max: 6 }),
  eventsMax: fc.integer({ min: 1, max: 12 }),
  bytesMax: fc.integer({ min: 1, max: 1200 }),
})

test('stays whole and within its maximum under any pressure, standstill and append times that go back', () => {
  const shift = fc.integer({ min: -3000, max: 3000 })
  const disturbed = fc.array(fc.tuple(fc.array(control, { maxLength: 3 }), shift), { maxLength: 40 })
  fc.assert(
    fc.property(arrivals, disturbed, bounds, (events, disturbances, maxima) => {
      const shifted = events.map((event, n) => {
        const [, byMs] = disturbances[n] ?? [[], 0]
        const arrivedAtMs = Math.max(0, event.arrivedAtMs + byMs)
        return { ...event, arrivedAtMs }
      })
      const steps = shifted.map((event, n) => {
        return { atMs: events[n]?.arrivedAtMs ?? 0, inputs: [event, ...(disturbances[n]?.[0] ?? [])] }
      })
      steps.push({ atMs: LATER_MS, inputs: [end] })
      const counts: number[] = []
      const formed = form(steps, maxima, count => counts.push(count))
      expectWhole(formed, events)
      expect(Math.max(0, ...counts)).toBeLessThanOrEqual(maxima.windowsMax)
      for (const { window } of formed) {
        expect(window.closedAtMs).toBeGreaterThanOrEqual(window.openedAtMs)
      }
      expectForward(formed.filter(({ window }) => window.closedBy === 'pressure'))
      expectForward(formed.filter(({ window }) => ['event', 'size', 'rule_change'].includes(window.closedBy)))
    }),
    { numRuns: 300 },
  )
})
