import type { OutputRecord } from '../../operators/lanes/lane.ts'
import type { ListedLetter } from './dead-letter-log.ts'
import type { ReplayPlan } from './plan-replay.ts'
import type { DeadLetter } from './read-dead-letter.ts'

/** What one transaction replays at most: it must end well before it times out. */
const TRANSACTION_LETTERS_MAX = 500
const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024

export interface ReplayLettersOptions {
  readonly letters: AsyncIterable<ListedLetter>
  readonly plan: (letter: DeadLetter) => ReplayPlan
  readonly markOf: (letter: DeadLetter, target: string) => OutputRecord
  /** Replays what was replayed before. */
  readonly force: boolean
  /** Writes all records or none; false, with none written, when a topic refuses one for its size. */
  readonly write: (records: readonly OutputRecord[]) => Promise<boolean>
}

/** What came of one dead letter. */
export type ReplayOutcome =
  | { readonly status: 'replayed'; readonly letter: DeadLetter; readonly record: OutputRecord }
  | {
      readonly status: 'refused'
      readonly letter: DeadLetter
      readonly problem: string
      /** It was replayed before, and nothing else is wrong with it. */
      readonly repeated: boolean
    }

type Replayed = Extract<ReplayOutcome, { status: 'replayed' }>

/** Replays dead letters, each together with its mark in one transaction, and tells of each what came of it once that is certain. */
export async function* replayLetters(options: ReplayLettersOptions): AsyncGenerator<ReplayOutcome> {
  let batch: Replayed[] = []
  let bytes = 0
  for await (const listed of options.letters) {
    const outcome = judge(listed, options)
    if (outcome.status === 'refused') {
      yield outcome
      continue
    }
    const size = bytesOf(outcome)
    if (batch.length === TRANSACTION_LETTERS_MAX || bytes + size > TRANSACTION_BYTES_MAX) {
      yield* written(batch, options)
      batch = []
      bytes = 0
    }
    batch.push(outcome)
    bytes += size
  }
  yield* written(batch, options)
}

function judge({ letter, replayed }: ListedLetter, { plan, force }: ReplayLettersOptions): ReplayOutcome {
  const planned = plan(letter)
  if ('refusal' in planned) return { status: 'refused', letter, problem: planned.refusal, repeated: false }
  if (!replayed || force) return { status: 'replayed', letter, record: planned.record }
  return { status: 'refused', letter, problem: 'it was replayed before', repeated: true }
}

/** One that is too large for its topic is found by halving; the others are replayed, in their order. */
async function* written(
  batch: readonly Replayed[],
  options: ReplayLettersOptions,
): AsyncGenerator<ReplayOutcome> {
  const [first] = batch
  if (first === undefined) return
  const records = batch.map(({ record }) => record)
  const marks = batch.map(({ letter, record }) => options.markOf(letter, record.topic))
  if (await options.write([...records, ...marks])) yield* batch
  else if (batch.length === 1) {
    const problem = `topic ${first.record.topic} refuses it for its size: raise its max.message.bytes`
    yield { status: 'refused', letter: first.letter, problem, repeated: false }
  } else {
    const middle = Math.ceil(batch.length / 2)
    yield* written(batch.slice(0, middle), options)
    yield* written(batch.slice(middle), options)
  }
}

function bytesOf({ letter: { key, value } }: Replayed): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}
