import type { SchedulerLike } from 'rxjs'
import type { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Telemetry } from '../telemetry.ts'
import type { ClosedWindow } from '../windows/window.ts'
import type { AttemptBook } from './attempt-book.ts'
import type { ModelGate } from './model-gate.ts'
import type { Answer } from '../asking/parse-answer.ts'

export interface JudgeWindowOptions {
  /** The model that a rule asks; rules without a model never get here. */
  readonly modelOf: (rule: Rule) => ModelGate
  /** How long a closed window waits for a model that cannot be had, in milliseconds. */
  readonly holdMs: number
  readonly promptTokensMax: number
  readonly fenceSecret: string
  readonly clock: SchedulerLike
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly telemetry: Pick<Telemetry, 'modelCalled' | 'modelTokens'>
  /** Of the lane. */
  readonly attempts: AttemptBook
}

/** What became of a window, before it is written as a decision. */
export interface Verdict {
  readonly kind: 'verdict'
  readonly window: ClosedWindow
  /** Null where no model was to be asked: the expression alone decided, or the rule is gone. */
  readonly answer: Answer | PipelineError | null
  readonly model: { readonly name: string; readonly modelId: string } | null
  /** Requests sent. */
  readonly attempts: number
  readonly tokens: { readonly input: number; readonly output: number }
  readonly costUsd: number
  /** Waiting for a turn and between retries, and in requests. */
  readonly queueMs: number
  readonly callMs: number
}
