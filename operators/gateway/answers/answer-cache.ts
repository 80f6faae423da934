import { LRUCache } from 'lru-cache'
import type { TimestampProvider } from 'rxjs'
import type { ModelReply } from '../../asking/model.ts'

/** What is kept of a whole, valid reply. */
export interface KeptAnswer extends Pick<ModelReply, 'text' | 'finish' | 'tokens' | 'failure'> {
  /** The one that answered, by its name in the configuration. */
  readonly model: string
}

export interface AnswerCacheOptions {
  /** Most bytes of all answers together; past it the one goes that was not read for the longest time. */
  readonly bytesMax: number
  readonly clock: TimestampProvider
  /** 0 to 1. */
  readonly random: () => number
}

/** Counts since the start, and what there is now. */
export interface AnswerCacheStatistics {
  readonly entries: number
  readonly bytes: number
  /** Gone for want of room. */
  readonly evicted: number
  /** Found, but too old for whoever asked. */
  readonly expired: number
  /** Not kept, since they alone were too large. */
  readonly oversized: number
}

/** Answers by the content hash of their question. */
export interface AnswerCache {
  readonly statistics: AnswerCacheStatistics
  /** The answer to a question that may be answered by one of the last `ttlMs`. */
  get(hash: string, ttlMs: number): KeptAnswer | undefined
  /** In place of an older one. */
  keep(hash: string, answer: KeptAnswer): void
}

/** A verdict with the longest reason takes 12 KB; what is larger than this is no answer worth its room. */
export const ANSWER_BYTES_MAX = 64 * 1024

// Answers that were given together do not grow too old together.
const TTL_JITTER_SHARE = 0.1
// Beside the text 290 were measured; the map and its lists grow by leaps.
const ENTRY_BYTES = 400
const CHARACTER_BYTES = 2

/**
 * Keeps answers, at most `bytesMax` of them by an upper estimate.
 *
 * The time to live is that of the reader, give or take a tenth drawn for each entry: a rule whose time was shortened, or that
 * asks the same as another one, never gets an answer older than its own. What is too old stays until it is replaced or its
 * room is needed.
 */
export function answerCache({ bytesMax, clock, random }: AnswerCacheOptions): AnswerCache {
  let evicted = 0
  let expired = 0
  let oversized = 0
  // Without a time to live of its own, so that it keeps no clock and no timer.
  const entries = new LRUCache<string, Entry>({
    maxSize: bytesMax,
    dispose: (_entry, _hash, reason) => {
      if (reason === 'evict') evicted++
    },
  })
  const answerBytesMax = Math.min(ANSWER_BYTES_MAX, bytesMax)
  return {
    get statistics() {
      return { entries: entries.size, bytes: entries.calculatedSize, evicted, expired, oversized }
    },
    get(hash, ttlMs) {
      const entry = entries.get(hash)
      if (entry === undefined) return undefined
      if (clock.now() - entry.keptAtMs < ttlMs * entry.ttlShare) return entry.answer
      expired++
      return undefined
    },
    keep(hash, { model, text, finish, tokens, failure }) {
      const size = ENTRY_BYTES + CHARACTER_BYTES * (hash.length + text.length)
      if (size > answerBytesMax) {
        oversized++
        return
      }
      const ttlShare = 1 + TTL_JITTER_SHARE * (2 * random() - 1)
      // Field by field: a reply may carry more, which is of its call.
      const answer = { model, text, finish, tokens, ...(failure && { failure }) }
      const entry = { answer, keptAtMs: clock.now(), ttlShare }
      entries.set(hash, entry, { size })
    },
  }
}

interface Entry {
  readonly answer: KeptAnswer
  readonly keptAtMs: number
  readonly ttlShare: number
}
