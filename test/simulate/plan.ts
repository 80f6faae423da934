import type { LaneBounds } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Stage } from '../../operators/telemetry.ts'

/** A lane by its place: a partition of the source for ROUTE, of `work` for DECIDE. */
export interface LaneRef {
  readonly stage: Stage
  readonly partition: number
}

/** How the next commit of a lane goes wrong. */
export type CommitFault =
  /** Nothing of it is written. */
  | 'before'
  /** Its records are written, and aborted. */
  | 'aborted'
  /** It took effect, and the answer was lost. */
  | 'after'
  /** It fails, and takes effect a little later, unless it is fenced by then. */
  | 'hung'
  /** It takes seconds. */
  | 'slow'

/** What the model is like from now on. */
export type Mood = 'well' | 'slow' | 'mixed' | 'broken' | 'down'

export interface SentEvent {
  /** Different for every record of a run, and in its data. */
  readonly n: number
  readonly eventId: string
  readonly eventType: string
  readonly key: string
  readonly volume: number
}

/** One thing that happens. Steps stand for themselves: a plan without some of its steps is a plan. */
export type Step =
  | { readonly kind: 'send'; readonly partition: number; readonly event: SentEvent }
  | { readonly kind: 'garbage'; readonly partition: number; readonly value: string | null }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'leap'; readonly ms: number }
  | { readonly kind: 'skew'; readonly ms: number }
  | { readonly kind: 'mood'; readonly mood: Mood }
  | { readonly kind: 'lose'; readonly lane: LaneRef; readonly downMs: number; readonly worker: number }
  | { readonly kind: 'leave'; readonly lane: LaneRef; readonly downMs: number; readonly worker: number }
  | {
      readonly kind: 'overlap'
      readonly lane: LaneRef
      readonly togetherMs: number
      readonly worker: number
      /** The old owner takes the lane back when its commit is refused. */
      readonly returns: boolean
    }
  | { readonly kind: 'kill'; readonly worker: number; readonly downMs: number }
  | { readonly kind: 'commit'; readonly lane: LaneRef; readonly fault: CommitFault }
  | { readonly kind: 'redeliver'; readonly partition: number; readonly count: number }
  | { readonly kind: 'stall'; readonly lane: LaneRef; readonly ms: number }
  /** A write to the rules topic, which each worker reads so much later. */
  | {
      readonly kind: 'change'
      readonly rule: number
      readonly enabled: boolean
      readonly lagMs: readonly number[]
    }

/** A rule, and what it says of an event in a second writing. */
export interface PlannedRule {
  readonly rule: Rule
  readonly matches: (event: SentEvent) => boolean
}

/** All of a run, drawn from its seed before it begins. */
export interface Plan {
  readonly seed: number
  /** Nothing goes wrong: run twice, it must come to the same bytes. */
  readonly faultless: boolean
  readonly partitions: number
  readonly sourcePartitions: number
  readonly rules: readonly PlannedRule[]
  readonly bounds: LaneBounds
  readonly holdMs: number
  readonly commitMs: number
  readonly journalMs: number
  readonly concurrencyMax: number | null
  readonly mood: Mood
  readonly steps: readonly Step[]
}

export const WORKERS = 2
