import { Account } from './account.ts'
import { checkStep } from './check-step.ts'
import type { View } from './invariants/view.ts'
import type { Plan, SentEvent, Step } from './plan.ts'
import { Simulation } from './simulation.ts'
import type { Violation } from './violation.ts'

export interface Played {
  readonly violations: readonly Violation[]
  readonly events: number
  readonly decisions: number
  readonly opens: number
  /** Every record of the outputs, in order. */
  readonly bytes: () => string
}

const DRAIN_MS = 60_000
const DRAINS_MAX = 240

/** Plays one run: the steps, each followed by every check, then the end without faults and the final account. */
export function playPlan(plan: Plan): Played {
  const simulation = new Simulation(plan)
  const account = new Account(simulation)
  const violations: Violation[] = []
  const check = (step: Step | null, n: number, isEnd: boolean) => {
    const view: View = { simulation, account, step }
    for (const found of checkStep(view, isEnd)) violations.push({ seed: plan.seed, step: n, ...found })
  }
  for (const slot of simulation.slots) slot.open(slot.ref.partition % 2)
  for (const [index, step] of plan.steps.entries()) {
    act(step, simulation, account)
    check(step, index + 1, false)
    // What follows from a violation is noise.
    if (violations.length > 0) break
  }
  if (violations.length === 0) {
    drain(simulation)
    check(null, plan.steps.length + 1, true)
  }
  return {
    violations,
    events: account.expected.size,
    decisions: account.transactions.reduce((sum, { decisions }) => sum + decisions.length, 0),
    opens: simulation.incarnations.length,
    bytes: () => bytesOf(simulation),
  }
}

function act(step: Step, simulation: Simulation, account: Account): void {
  const { clock } = simulation
  switch (step.kind) {
    case 'send':
      account.expect(step.event, step.partition)
      append(simulation, step.partition, valueOf(step.event, clock.now()))
      return
    case 'garbage':
      if (step.value !== null) account.garbage++
      append(simulation, step.partition, step.value)
      return
    case 'wait':
      clock.advanceTo(clock.now() + step.ms)
      return
    case 'leap':
      clock.leapTo(clock.now() + step.ms)
      return
    case 'skew':
      simulation.skewMs = step.ms
      return
    case 'mood':
      simulation.model.mood = step.mood
      return
    default:
      disturb(step, simulation)
  }
}

type Fault = Exclude<Step, { kind: 'send' | 'garbage' | 'wait' | 'leap' | 'skew' | 'mood' }>

function disturb(step: Fault, simulation: Simulation): void {
  if (step.kind === 'kill') simulation.kill(step.worker, step.downMs)
  else if (step.kind === 'change') simulation.rules.change(step)
  else if (step.kind === 'redeliver') {
    const { owner } = simulation.slot({ stage: 'decide', partition: step.partition })
    owner?.lane.redeliver(step.count)
  } else disturbLane(step, simulation)
}

function disturbLane(step: Extract<Fault, { lane: unknown }>, simulation: Simulation): void {
  const slot = simulation.slot(step.lane)
  switch (step.kind) {
    case 'lose':
      slot.lose(step.downMs, step.worker)
      return
    case 'leave':
      slot.leave(step.downMs, step.worker)
      return
    case 'overlap':
      slot.overlap(step.worker, step.togetherMs, step.returns)
      return
    case 'commit':
      slot.faults.push(step.fault)
      return
    case 'stall':
      slot.stall(step.ms)
  }
}

/** Faults stop, the model answers, and time passes until there is nothing left to do. */
function drain(simulation: Simulation): void {
  const { clock, slots, model } = simulation
  model.mood = 'well'
  for (const slot of slots) slot.calm()
  for (let n = 0; n < DRAINS_MAX && !isDrained(simulation); n++) clock.advanceTo(clock.now() + DRAIN_MS)
  // An owner that came back meanwhile has left one more behind.
  for (const slot of slots) slot.calm()
}

function isDrained(simulation: Simulation): boolean {
  return simulation.slots.every(
    ({ ref }) =>
      simulation.committed(ref) >=
      simulation.log.records(simulation.topicOf(ref.stage), ref.partition).length,
  )
}

function append({ log, sourceTopic }: Simulation, partition: number, value: string | null): void {
  log.append(sourceTopic, { key: null, value, partition })
}

function valueOf({ n, eventId, eventType, key, volume }: SentEvent, nowMs: number): string {
  return JSON.stringify({
    event_id: eventId,
    event_type: eventType,
    timestamp: nowMs,
    context_key: key,
    data: { volume, n },
  })
}

function bytesOf({ log, topics }: Simulation): string {
  return [topics.work, topics.decisions, topics.alerts, topics.deadLetter]
    .flatMap(topic =>
      log
        .records(topic)
        .map(({ offset, key, value }) => `${topic} ${offset} ${String(key)} ${String(value)}`),
    )
    .join('\n')
}
