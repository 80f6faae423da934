import type { Decision } from '../../../schemas/decision.ts'
import type { FailureCode } from '../../../schemas/failure.ts'
import type { ModelCallResult, Telemetry } from '../../telemetry.ts'
import type { TokenUse } from '../quota.ts'
import { DurationHistogram } from './duration-histogram.ts'

export interface LatencyFigures {
  readonly mean_ms: number | null
  readonly p95_ms: number | null
}

/** What has become of the questions to one model since the process started, as the API shows it. */
export interface ModelFigures {
  /** Requests that have ended, by how. `abandoned`: their lane was lost; those that were answered before count twice. */
  readonly calls: number
  readonly results: Readonly<Record<ModelCallResult, number>>
  /** Questions that needed no call: answered from the cache, or by the call of another one. */
  readonly hits: number
  readonly shared: number
  /** Calls that did not start at once, and how long they waited together. */
  readonly waits: { readonly count: number; readonly ms: number }
  /** Calls that the provider refused for a quota. */
  readonly refusals: number
  readonly retries: number
  /** Questions that went on to another model. */
  readonly fallbacks: number
  readonly failures: Readonly<Partial<Record<FailureCode, number>>>
  readonly tokens: TokenUse
  readonly cost_usd: number
  /** Of the decisions that took a call: the time in the window, waiting for a turn and between retries, and in calls. */
  readonly latency: Readonly<Record<keyof Decision['waited_ms'], LatencyFigures>>
}

const SHARE = 0.95
/** What is shorter is the process's own work, and no wait. */
const WAIT_MS_MIN = 10
const parts = ['window', 'queue', 'call'] as const

/** Counts what concerns one model. State: a few numbers, whatever is counted. */
export class ModelStatistics {
  private readonly results = { ok: 0, invalid: 0, failed: 0, abandoned: 0 }
  private readonly failures: Partial<Record<FailureCode, number>> = {}
  private readonly waits = { count: 0, ms: 0 }
  private readonly answers = { hit: 0, miss: 0, shared: 0 }
  private calls = 0
  private retries = 0
  private fallbacks = 0
  private tokens: TokenUse = { input: 0, output: 0 }
  private costUsd = 0
  private readonly latency = {
    window: new DurationHistogram(),
    queue: new DurationHistogram(),
    call: new DurationHistogram(),
  }

  called({ result, code, waitedMs, isRetry }: Parameters<Telemetry['modelCalled']>[0]): void {
    this.calls++
    this.results[result]++
    if (isRetry) this.retries++
    if (code !== null) this.failures[code] = (this.failures[code] ?? 0) + 1
    if (waitedMs < WAIT_MS_MIN) return
    this.waits.count++
    this.waits.ms += waitedMs
  }

  answered(result: 'hit' | 'miss' | 'shared'): void {
    this.answers[result]++
  }

  abandoned(count: number): void {
    this.results.abandoned += count
  }

  fellBack(): void {
    this.fallbacks++
  }

  paid({ input, output }: TokenUse, costUsd: number): void {
    this.tokens = { input: this.tokens.input + input, output: this.tokens.output + output }
    this.costUsd += costUsd
  }

  /** An answer that cost no call says nothing of how long calls take. */
  decided({ cache, attempts, waited_ms }: Decision): void {
    if (cache !== 'miss' || attempts === 0) return
    for (const part of parts) this.latency[part].add(waited_ms[part])
  }

  get figures(): ModelFigures {
    const { calls, retries, fallbacks, tokens } = this
    return {
      calls,
      results: { ...this.results },
      hits: this.answers.hit,
      shared: this.answers.shared,
      waits: { ...this.waits },
      refusals: this.failures.model_rate_limited ?? 0,
      retries,
      fallbacks,
      failures: { ...this.failures },
      tokens,
      cost_usd: Number(this.costUsd.toFixed(9)),
      latency: {
        window: figuresOf(this.latency.window),
        queue: figuresOf(this.latency.queue),
        call: figuresOf(this.latency.call),
      },
    }
  }
}

function figuresOf(histogram: DurationHistogram): LatencyFigures {
  return { mean_ms: rounded(histogram.meanMs), p95_ms: rounded(histogram.percentileMs(SHARE)) }
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms)
}
