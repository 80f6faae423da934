import { defer, map, type Observable, of, tap } from 'rxjs'
import type { Decision } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { parseAnswer } from '../../asking/parse-answer.ts'
import type { AnswerCache, AnswerCacheStatistics, KeptAnswer } from './answer-cache.ts'
import type { SharedCalls } from './share-calls.ts'

export interface AnswerOnceOptions {
  readonly cache: AnswerCache
  readonly calls: SharedCalls<KeptAnswer>
}

/** What is asked, and how old its answer may be. */
export interface Question {
  /** The content hash; called only where the question may share an answer. */
  readonly hash: () => string
  /** How old a kept answer may be; 0 keeps none and reads none, but still shares a call in flight. */
  readonly ttlMs: number
  /** It has a call of its own, whose answer is not kept: what others have been told stays as it is. */
  readonly bypass: boolean
  /** Whether its call is at the model: then it is paid for, and goes on for the sake of its answer. */
  readonly isSent: () => boolean
}

export interface GivenAnswer {
  readonly answer: KeptAnswer
  /** `miss`: by a call of its own. */
  readonly cache: Exclude<Decision['cache'], 'none'>
}

export interface AnswerOnceStatistics extends AnswerCacheStatistics {
  readonly hits: number
  /** Answered by a call of their own, though a kept answer would have done. */
  readonly misses: number
  readonly shared: number
}

/** Asks each question once, as far as its rule allows it. */
export interface AnswerOnce {
  readonly statistics: AnswerOnceStatistics
  /** `call$` is one attempt at one model, without the retries. */
  answer(question: Question, call$: Observable<KeptAnswer>): Observable<GivenAnswer>
}

/**
 * Answers a question from the cache, by a call in flight, or by its own call.
 *
 * Shape:  one answer for each subscriber, then completes.
 * Time:   at once, or that of the call.
 * State:  that of the cache and of the calls in flight.
 * Errors: those of the call, for all that share it. Whole and valid answers alone are kept, also one that comes when nobody
 *         waits for it any more: a lane that was lost asks again where it opens.
 */
export function answerOnce({ cache, calls }: AnswerOnceOptions): AnswerOnce {
  let hits = 0
  let misses = 0
  let shared = 0
  return {
    get statistics() {
      return { ...cache.statistics, hits, misses, shared }
    },
    answer: ({ hash: hashOf, ttlMs, bypass, isSent }, call$) =>
      defer((): Observable<GivenAnswer> => {
        if (bypass) return call$.pipe(map(answer => ({ answer, cache: 'miss' })))
        const hash = hashOf()
        const keeps = ttlMs > 0
        const kept = keeps ? cache.get(hash, ttlMs) : undefined
        if (kept !== undefined) {
          hits++
          return of({ answer: kept, cache: 'hit' })
        }
        const keep = tap((answer: KeptAnswer) => {
          if (keeps && isWhole(answer)) cache.keep(hash, answer)
        })
        return calls
          .share(hash, call$.pipe(keep), () => keeps && isSent())
          .pipe(
            map(({ reply, isShared }) => {
              if (isShared) shared++
              else if (keeps) misses++
              return { answer: reply, cache: isShared ? 'shared' : 'miss' }
            }),
          )
      }),
  }
}

/** Also one that nobody was asked for: the next question like it would not be asked either. */
function isWhole(answer: KeptAnswer): boolean {
  return answer.failure?.code === 'not_asked' || !(parseAnswer(answer) instanceof PipelineError)
}
