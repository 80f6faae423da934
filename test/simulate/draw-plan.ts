import { configSchema, type LaneBounds } from '../../schemas/config.ts'
import { Chance } from './chance.ts'
import { drawRules } from './draw-rules.ts'
import type { CommitFault, LaneRef, Mood, Plan, SentEvent, Step } from './plan.ts'
import { WORKERS } from './plan.ts'

const STEPS_MIN = 15
const STEPS_MAX = 45

const moods = ['well', 'slow', 'mixed', 'broken', 'down'] as const satisfies readonly Mood[]
const faults = ['before', 'aborted', 'after', 'hung', 'slow'] as const satisfies readonly CommitFault[]
const garbage = [
  'no json',
  '{}',
  '{"event_type":7}',
  '{"event_type":"trade.a","timestamp":"never"}',
  null,
] as const

/** Draws a whole run from its seed: the rules, the bounds of the lanes, and what happens when. */
export function drawPlan(seed: number): Plan {
  const chance = new Chance(seed)
  const faultless = chance.is(0.1)
  const frame = { partitions: chance.int(1, 2), sourcePartitions: chance.int(1, 2) }
  const drawn = {
    rules: drawRules(chance),
    bounds: drawBounds(chance),
    holdMs: chance.pick([20_000, 900_000]),
    commitMs: chance.pick([0, 0, 3, 40, 900]),
    journalMs: chance.pick([0, 0, 5, 400]),
    concurrencyMax: chance.pick([null, null, 1, 3]),
    mood: chance.pick(moods),
  }
  const length = chance.int(STEPS_MIN, STEPS_MAX)
  const steps = Array.from({ length }, (_, n) =>
    drawStep(chance, { ...frame, n, faultless, rules: drawn.rules.length }),
  )
  return { seed, faultless, ...frame, ...drawn, steps }
}

function drawBounds(chance: Chance): LaneBounds {
  const wide = configSchema.parse({ sources: [{ topic: 'events' }] }).lanes
  return {
    ...wide,
    events_max: chance.pick([2, 5, wide.events_max, wide.events_max]),
    bytes_max: chance.pick([1500, wide.bytes_max, wide.bytes_max]),
    windows_max: chance.pick([1, 3, wide.windows_max]),
    judging_max: chance.pick([1, 3, wide.judging_max]),
    judging_per_key_max: chance.pick([1, 2, wide.judging_per_key_max]),
    decided_ahead_max: chance.pick([2, 5, wide.decided_ahead_max]),
    dedupe_seconds: chance.pick([0, 30, wide.dedupe_seconds]),
  }
}

interface Frame {
  readonly n: number
  readonly partitions: number
  readonly sourcePartitions: number
  readonly rules: number
  readonly faultless: boolean
}

const calm = { send: 60, garbage: 2, wait: 25, mood: 2 } as const
const rough = {
  ...calm,
  skew: 3,
  leap: 2,
  lose: 5,
  leave: 3,
  overlap: 6,
  kill: 2,
  commit: 8,
  redeliver: 4,
  stall: 4,
  change: 3,
} as const

function drawStep(chance: Chance, frame: Frame): Step {
  const kind = chance.weighted<Step['kind']>(frame.faultless ? calm : rough)
  return draws[kind](chance, frame)
}

const draws: { readonly [K in Step['kind']]: (chance: Chance, frame: Frame) => Step } = {
  send: (chance, { n, sourcePartitions }) => ({
    kind: 'send',
    partition: chance.int(0, sourcePartitions - 1),
    event: drawEvent(chance, n),
  }),
  garbage: (chance, { sourcePartitions }) => ({
    kind: 'garbage',
    partition: chance.int(0, sourcePartitions - 1),
    value: chance.pick(garbage),
  }),
  wait: chance => ({ kind: 'wait', ms: chance.pick([0, 1, 10, 40, 300, 1000, 2500, 5000, 12_000]) }),
  leap: chance => ({ kind: 'leap', ms: chance.pick([30, 2000, 20_000, 400_000]) }),
  skew: chance => ({ kind: 'skew', ms: chance.pick([0, 50, -50, -400, -5000]) }),
  mood: chance => ({ kind: 'mood', mood: chance.pick(moods) }),
  lose: (chance, frame) => ({ kind: 'lose', lane: drawLane(chance, frame), ...drawMove(chance) }),
  leave: (chance, frame) => ({ kind: 'leave', lane: drawLane(chance, frame), ...drawMove(chance) }),
  overlap: (chance, frame) => ({
    kind: 'overlap',
    lane: drawLane(chance, frame),
    togetherMs: chance.pick([0, 20, 1000, 6000, 30_000]),
    worker: chance.int(0, WORKERS - 1),
    returns: chance.is(0.3),
  }),
  kill: chance => ({ kind: 'kill', ...drawMove(chance) }),
  commit: (chance, frame) => {
    const lane = drawLane(chance, frame)
    // What many lanes write to one partition, and abort, is what may come through.
    const fault = lane.stage === 'route' && chance.is(0.5) ? 'aborted' : chance.pick(faults)
    return { kind: 'commit', lane, fault }
  },
  redeliver: (chance, { partitions }) => ({
    kind: 'redeliver',
    partition: chance.int(0, 2 * partitions - 1),
    count: chance.int(1, 6),
  }),
  stall: (chance, frame) => ({
    kind: 'stall',
    lane: drawLane(chance, frame),
    ms: chance.pick([5, 40, 1000, 8000]),
  }),
  change: (chance, { rules }) => ({
    kind: 'change',
    rule: chance.int(0, rules - 1),
    enabled: chance.is(0.6),
    lagMs: Array.from({ length: WORKERS }, () => chance.pick([0, 0, 30, 900, 7000])),
  }),
}

function drawMove(chance: Chance) {
  return { downMs: chance.pick([0, 70, 3000, 20_000]), worker: chance.int(0, WORKERS - 1) }
}

function drawLane(chance: Chance, { partitions, sourcePartitions }: Frame): LaneRef {
  return chance.is(0.3)
    ? { stage: 'route', partition: chance.int(0, sourcePartitions - 1) }
    : { stage: 'decide', partition: chance.int(0, 2 * partitions - 1) }
}

function drawEvent(chance: Chance, n: number): SentEvent {
  return {
    n,
    // Some ids come again, most do not.
    eventId: chance.is(0.2) ? `again-${chance.int(0, 2)}` : `once-${n}`,
    eventType: chance.weighted({ 'trade.a': 6, 'trade.b': 3, 'other.a': 1 }),
    key: `key-${chance.int(0, 2)}`,
    volume: chance.int(0, 9),
  }
}
