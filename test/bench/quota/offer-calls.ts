import { setImmediate as nextTurn } from 'node:timers/promises'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import type { Call, Calls, KnownQuota } from './contender.ts'

const OUTPUT_TOKENS_MAX = 200
const INPUT_TOKENS_MIN = 40
const INPUT_TOKENS_MAX = 160
const CHARACTERS_PER_TOKEN = 4

/** What a call is charged on average before it is answered. */
export const TOKENS_ESTIMATED = (INPUT_TOKENS_MIN + INPUT_TOKENS_MAX) / 2 + OUTPUT_TOKENS_MAX

export interface OfferedCalls {
  readonly calls: Calls
  readonly failed: () => number
  end(): void
}

export interface OfferOptions {
  readonly baseUrl: string
  readonly quota: KnownQuota
  readonly seed: number
}

/** Offers calls without end, the same ones for the same seed, and counts those that fail. */
export function offerCalls({ baseUrl, quota, seed }: OfferOptions): OfferedCalls {
  const random = seededRandom(seed)
  const over = new AbortController()
  const { signal } = over
  let failed = 0
  const isOver = (): boolean => signal.aborted

  const callUntilOver = async (make: (call: Call) => Promise<unknown>): Promise<void> => {
    while (!isOver()) {
      try {
        await make(drawCall(random))
      } catch {
        if (!isOver()) failed += 1
        // One that fails at once would leave no time for anything else.
        await nextTurn()
      }
    }
  }
  return {
    calls: {
      baseUrl,
      quota,
      signal,
      async keepBusy(callers, make) {
        await Promise.all(Array.from({ length: callers }, () => callUntilOver(make)))
      },
    },
    failed: () => failed,
    end() {
      over.abort()
    },
  }
}

/** Answers of different lengths, half of what may be asked for on average. */
export function drawAnswers(seed: number): readonly { readonly text: string }[] {
  const random = seededRandom(seed)
  return Array.from({ length: 997 }, () => {
    const tokens = 1 + Math.floor(random() * (OUTPUT_TOKENS_MAX - 1))
    return { text: 'x'.repeat(tokens * CHARACTERS_PER_TOKEN) }
  })
}

function drawCall(random: () => number): Call {
  const input = INPUT_TOKENS_MIN + Math.floor(random() * (INPUT_TOKENS_MAX - INPUT_TOKENS_MIN + 1))
  return {
    messages: [{ role: 'user', content: 'x'.repeat(input * CHARACTERS_PER_TOKEN) }],
    outputTokensMax: OUTPUT_TOKENS_MAX,
    tokens: { input, output: OUTPUT_TOKENS_MAX },
  }
}
