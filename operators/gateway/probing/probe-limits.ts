import {
  catchError,
  concat,
  concatMap,
  defer,
  from,
  map,
  mergeMap,
  type Observable,
  of,
  reduce,
  retry,
  type SchedulerLike,
  switchMap,
  takeWhile,
  throwError,
  timer,
} from 'rxjs'
import { PipelineError } from '../../../schemas/failure.ts'
import type { ProviderLimits, QuotaLimitName } from '../../../schemas/quota-limits.ts'
import type { ModelReply } from '../../asking/model.ts'
import type { TokenUse } from '../quota.ts'

export interface ProbeLimitsOptions {
  /** One small request. */
  readonly ask: Observable<ModelReply>
  readonly callsMax: number
  /** Over how long the calls are spread, in milliseconds: ever closer together. */
  readonly spanMs: number
  readonly clock: SchedulerLike
}

export interface ProbeFinding {
  /** Requests that were sent. */
  readonly calls: number
  readonly accepted: number
  /** Most of them at once that were not refused. */
  readonly inFlightMax: number
  readonly tookMs: number
  readonly tokens: TokenUse
  /** What the provider's headers say; null where they say nothing. */
  readonly told: ProviderLimits | null
  /** The first refusal for a quota, which ended it. */
  readonly refusal: {
    /** Null where the provider does not say. */
    readonly limitHit: QuotaLimitName | null
    readonly retryAfterMs: number | null
  } | null
}

/** Each gap is so much shorter than the one before. */
const CLOSER = 0.85

/** An endpoint may have to be asked again without a parameter, once for each. */
const ADAPTATIONS_MAX = 5

/**
 * Finds out what the limits of a model are, with few calls.
 *
 * Shape:  one finding, then completes. The first answer's headers are all of it where they name a limit; else calls come
 *         ever closer, until one is refused or there have been `callsMax` of them.
 * Time:   `spanMs` at most, and what the last answer takes.
 * State:  a few counts.
 * Errors: whatever else goes wrong with a call.
 */
export function probeLimits({ ask, callsMax, spanMs, clock }: ProbeLimitsOptions): Observable<ProbeFinding> {
  return defer(() => {
    const startMs = clock.now()
    let calls = 0
    let inFlight = 0
    const call$ = defer(() => {
      calls++
      inFlight++
      const sentWith = inFlight
      return ask.pipe(
        map((reply): Outcome => ({ kind: 'accepted', reply, sentWith })),
        catchError((error: unknown) =>
          isRefusal(error) ? of({ kind: 'refused', error } as const) : throwError(() => error),
        ),
        map(outcome => {
          inFlight--
          return outcome
        }),
      )
    })
    const first$ = call$.pipe(
      retry({
        count: ADAPTATIONS_MAX,
        delay: (error: unknown) => {
          inFlight--
          return isAdapted(error) ? of(null) : throwError(() => error)
        },
      }),
    )
    const more$ = from(gaps(callsMax - 1, spanMs)).pipe(
      concatMap(gapMs => timer(gapMs, clock)),
      mergeMap(() => call$, callsMax),
    )
    const outcomes$ = first$.pipe(switchMap(first => (isTold(first) ? of(first) : concat(of(first), more$))))
    return outcomes$.pipe(
      takeWhile(({ kind }) => kind === 'accepted', true),
      reduce(added, nothing),
      map(finding => ({ ...finding, calls, tookMs: clock.now() - startMs })),
    )
  })
}

type Outcome =
  | { readonly kind: 'accepted'; readonly reply: ModelReply; readonly sentWith: number }
  | { readonly kind: 'refused'; readonly error: PipelineError }

const nothing: Omit<ProbeFinding, 'calls' | 'tookMs'> = {
  accepted: 0,
  inFlightMax: 0,
  tokens: { input: 0, output: 0 },
  told: null,
  refusal: null,
}

function added(finding: typeof nothing, outcome: Outcome): typeof nothing {
  if (outcome.kind === 'refused') {
    const { limitHit = null, retryAfterMs = null, limits } = outcome.error
    return { ...finding, told: limits ?? finding.told, refusal: { limitHit, retryAfterMs } }
  }
  const { reply, sentWith } = outcome
  return {
    ...finding,
    accepted: finding.accepted + 1,
    inFlightMax: Math.max(finding.inFlightMax, sentWith),
    tokens: {
      input: finding.tokens.input + reply.tokens.input,
      output: finding.tokens.output + reply.tokens.output,
    },
    told: reply.limits ?? finding.told,
  }
}

function isTold(outcome: Outcome): boolean {
  return outcome.kind === 'refused' || outcome.reply.limits !== undefined
}

function isRefusal(error: unknown): error is PipelineError {
  return error instanceof PipelineError && error.code === 'model_rate_limited'
}

function isAdapted(error: unknown): boolean {
  return error instanceof PipelineError && error.code === 'model_overloaded' && !error.overload
}

/** So many gaps that together are `spanMs` long. */
function gaps(count: number, spanMs: number): readonly number[] {
  const firstMs = (spanMs * (1 - CLOSER)) / (1 - CLOSER ** count)
  return Array.from({ length: count }, (_, n) => Math.floor(firstMs * CLOSER ** n))
}
