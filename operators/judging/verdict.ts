import type { SchedulerLike } from 'rxjs'
import type { PipelineError } from '../../schemas/failure.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { BudgetFallback, Rule } from '../../schemas/rule.ts'
import type { Telemetry } from '../telemetry.ts'
import type { ClosedWindow } from '../windows/window.ts'
import type { AttemptBook } from './attempt-book.ts'
import type { AnswerOnce } from '../gateway/answers/answer-once.ts'
import type { Budget } from '../gateway/spending/budget.ts'
import type { ModelGate } from '../gateway/model-gate.ts'
import type { Answer } from '../asking/parse-answer.ts'

export interface JudgeWindowOptions {
  /** The model that a rule asks, and those that are asked in its place; rules without a model never get here. */
  readonly modelsOf: (rule: Rule) => readonly [ModelGate, ...ModelGate[]]
  /** How long a closed window waits for a model that cannot be had, in milliseconds. */
  readonly holdMs: number
  readonly answers: AnswerOnce
  /** How old a kept answer may be for a rule that does not say; 0: as if there were none. */
  readonly cacheTtlMs: number
  readonly budget: Budget
  /** Of a rule that names no budget of its own; null for no limit. */
  readonly ruleUsdPerDay: number | null
  readonly promptTokensMax: number
  readonly fenceSecret: string
  readonly clock: SchedulerLike
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly telemetry: Pick<Telemetry, 'modelCalled' | 'modelTokens' | 'fellBack' | 'answered'>
  /** Of the lane. */
  readonly attempts: AttemptBook
}

export interface ModelAttempts {
  readonly model: string
  readonly count: number
}

/** What became of a window, before it is written as a decision. */
export interface Verdict {
  readonly kind: 'verdict'
  readonly window: ClosedWindow
  /** Null where no model was to be asked: the expression alone decided, or the rule is gone. */
  readonly answer: Answer | PipelineError | null
  readonly model: { readonly name: string; readonly modelId: string } | null
  /** The content hash of the window's own question to that model; null where none was asked. */
  readonly questionHash: string | null
  readonly cache: Decision['cache']
  /** What was done because the money of the day was spent. */
  readonly budget: BudgetFallback | null
  /** Requests sent, to each model that was asked. */
  readonly attempts: readonly ModelAttempts[]
  readonly tokens: { readonly input: number; readonly output: number }
  readonly costUsd: number
  /** Waiting for a turn and between retries, and in requests. */
  readonly queueMs: number
  readonly callMs: number
}
