import type { Incarnation } from '../incarnation.ts'
import type { View } from './view.ts'

/** I8: events and bytes held, open windows, offsets decided ahead, calls waiting and in flight stay under their maximum. */
export function* boundsHold(view: View): Generator<string> {
  const { simulation } = view
  const { concurrencyMax, bounds } = simulation.plan
  for (const slot of simulation.slots) {
    for (const { incarnation } of slot.running) yield* laneBoundsHold(incarnation, view)
  }
  for (const { inFlight, queued } of simulation.gates) {
    if (inFlight > (concurrencyMax ?? Infinity))
      yield `${inFlight} calls are in flight, at most ${concurrencyMax ?? ''}`
    const lanes = simulation.slots.flatMap(({ running }) => running).length
    if (queued > lanes * bounds.judging_max) yield `${queued} calls wait, of ${lanes} lanes`
  }
  yield* aheadHolds(view)
}

function* laneBoundsHold(incarnation: Incarnation, { simulation, account }: View): Generator<string> {
  const { bounds } = simulation.plan
  const { name, held, inFlight, open, inFlightByKey, lane } = incarnation
  const most = (seen: number, max: number, of: string) =>
    seen > max ? [`${name} has ${seen} ${of}, at most ${max}`] : []
  const sizes = lane.stage === 'decide' ? (account.works[lane.partition] ?? []).map(({ bytes }) => bytes) : []
  // What is held has at least the size of the smallest, and the one that reaches the maximum may be the largest.
  if (sizes.length > 0) {
    yield* most(held * Math.min(...sizes), bounds.bytes_max + Math.max(...sizes), 'bytes held')
  }
  yield* most(held, bounds.events_max, 'events held')
  yield* most(
    [...open.values()].reduce((sum, count) => sum + count, 0),
    bounds.windows_max,
    'windows open',
  )
  yield* most(inFlight, bounds.judging_max, 'calls in flight')
  yield* most(
    Math.max(0, ...inFlightByKey.values()),
    bounds.judging_per_key_max,
    'calls in flight for one key',
  )
}

function* aheadHolds({ simulation, account }: View): Generator<string> {
  for (const [partition, named] of account.named.entries()) {
    const ofLane = simulation.incarnations.filter(
      ({ lane }) => lane.stage === 'decide' && lane.partition === partition,
    )
    // What was held when the maximum was reached is still decided.
    const max =
      simulation.plan.bounds.decided_ahead_max + Math.max(0, ...ofLane.map(({ mostHeld }) => mostHeld))
    const committed = simulation.committed({ stage: 'decide', partition })
    const ahead = [...named].filter(offset => offset >= committed).length
    if (ahead > max)
      yield `lane ${partition} has decided ${ahead} offsets ahead of ${committed}, at most ${max}`
  }
}
