import type { FailureCode, PipelineError } from '../../schemas/failure.ts'
import type { ModelGate } from '../gateway/model-gate.ts'
import { retryDelay } from './retry-delay.ts'

export interface ModelRouteOptions {
  /** The model of the rule, and those that are asked in its place; at least one. */
  readonly gates: readonly ModelGate[]
  readonly random: () => number
}

export type NextAttempt =
  /** After so many milliseconds, at `gate`. */
  | { readonly kind: 'again'; readonly delayMs: number }
  /** At once, since another model is there. */
  | { readonly kind: 'fallback'; readonly from: string; readonly to: string }
  /** Nobody will answer this question. */
  | { readonly kind: 'none' }

/** Trying the same model again soon is of no use. */
const lasting = new Set<FailureCode>(['model_busy', 'model_key_rejected', 'model_out_of_money'])

/**
 * Which model is asked next, after a failure.
 *
 * Each model is asked until its retries are used up, then the next one; a failure that its retries cannot cure goes on at
 * once. After the last comes the longest delay, and the first again: a window waits, it is not given up. A model that
 * rejected the question itself is not asked that question again.
 */
export class ModelRoute {
  private gates: readonly ModelGate[]
  private index = 0
  private failures = 0
  private readonly random: () => number

  constructor({ gates, random }: ModelRouteOptions) {
    this.gates = gates
    this.random = random
  }

  get gate(): ModelGate {
    const gate = this.gates[this.index]
    if (gate === undefined) throw new Error('a question needs a model')
    return gate
  }

  /** Whether there is another to ask when this one cannot be had. */
  get hasFallback(): boolean {
    return this.index + 1 < this.gates.length
  }

  /** Whether the next attempt is one more at the same model. */
  get isRetrying(): boolean {
    return this.failures > 0
  }

  after(error: PipelineError): NextAttempt {
    const { gate } = this
    if (!error.retryable) return this.without(gate)
    this.failures++
    const { retry } = gate
    const isUsedUp = this.failures > retry.retriesMax || !gate.mayRetry()
    if (this.hasFallback && (isUsedUp || lasting.has(error.code))) return this.fallback(gate, this.index + 1)
    const failures = isUsedUp ? retry.retriesMax + 1 : this.failures
    const delayMs = retryDelay(error, failures, { policy: retry, random: this.random })
    if (isUsedUp) this.goTo(0)
    return { kind: 'again', delayMs }
  }

  answered(): void {
    this.failures = 0
  }

  private without(gate: ModelGate): NextAttempt {
    this.gates = this.gates.filter(other => other !== gate)
    if (this.gates.length === 0) return { kind: 'none' }
    if (this.index < this.gates.length) return this.fallback(gate, this.index)
    this.goTo(0)
    return { kind: 'again', delayMs: gate.retry.delayMsMax }
  }

  private fallback(gate: ModelGate, index: number): NextAttempt {
    this.goTo(index)
    return { kind: 'fallback', from: gate.name, to: this.gate.name }
  }

  private goTo(index: number): void {
    this.index = index
    this.failures = 0
  }
}
