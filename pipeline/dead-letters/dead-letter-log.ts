import { PipelineError } from '../../schemas/failure.ts'
import type { TopicReader, TopicSpan } from '../kafka/dead-letters/topic-reader.ts'
import { matchesFilter } from './matches-filter.ts'
import type { DeadLetterFilter } from './matches-filter.ts'
import { mergeByTime } from './merge-by-time.ts'
import { OffsetSet } from './offset-set.ts'
import type { LetterCoordinates } from './parse-coordinates.ts'
import { readDeadLetter } from './read-dead-letter.ts'
import type { DeadLetter } from './read-dead-letter.ts'

/** A page for each 8192 offsets with a replayed one among them: 64 MiB, 500 million of them side by side. */
const REPLAYED_PAGES_MAX = 65_536

export interface LetterSelection extends DeadLetterFilter {
  /** Only those that were not replayed. */
  readonly pending?: boolean
  /** Only those that lie here. */
  readonly coordinates?: readonly LetterCoordinates[]
}

/** A dead letter, and whether it was replayed. */
export interface ListedLetter {
  readonly letter: DeadLetter
  readonly replayed: boolean
}

/** The dead-letter topic. */
export type LetterReader = Pick<TopicReader, 'spans' | 'read'>

/** The dead letters of a topic as they are when the reading begins. */
export class DeadLetterLog {
  readonly #reader: LetterReader
  readonly #pagesMax: number

  constructor(reader: LetterReader, pagesMax = REPLAYED_PAGES_MAX) {
    this.#reader = reader
    this.#pagesMax = pagesMax
  }

  /**
   * Those that are selected, oldest first. The topic is read twice: whether a dead letter was replayed is written behind
   * it. In memory are a bit for each replayed one, and one fetch of each partition.
   */
  async *letters(selection: LetterSelection): AsyncGenerator<ListedLetter> {
    const spans = await this.#reader.spans(selection.from)
    const chosen = spans.flatMap(span => narrowed(span, selection))
    const replayed = new Map<number, OffsetSet>()
    for (const { span } of chosen) replayed.set(span.partition, await this.#replayedIn(span))
    const sequences = chosen.map(({ span, end }) => this.#lettersIn({ ...span, end }))
    for await (const letter of mergeByTime(sequences, ({ at }) => Date.parse(at))) {
      const listed = { letter, replayed: replayed.get(letter.partition)?.has(letter.offset) ?? false }
      if (isSelected(listed, selection)) yield listed
    }
  }

  async #replayedIn(span: TopicSpan): Promise<OffsetSet> {
    const offsets = new OffsetSet(this.#pagesMax)
    for await (const record of this.#reader.read(span)) {
      const found = readDeadLetter(record, span.partition)
      if (found.kind !== 'mark' || found.offset < span.start || offsets.add(found.offset)) continue
      const message = 'more dead letters were replayed than can be remembered at once: name a later --from'
      throw new PipelineError('dead_letters_unavailable', message)
    }
    return offsets
  }

  async *#lettersIn(span: TopicSpan): AsyncGenerator<DeadLetter> {
    for await (const record of this.#reader.read(span)) {
      const letter = readDeadLetter(record, span.partition)
      if (letter.kind === 'letter') yield letter
    }
  }
}

/** The part of a partition that can hold what is selected; marks are looked for behind it, too. */
function narrowed(
  span: TopicSpan,
  { coordinates }: LetterSelection,
): readonly { readonly span: TopicSpan; readonly end: number }[] {
  if (coordinates === undefined) return [{ span, end: span.end }]
  const offsets = coordinates
    .filter(({ partition }) => partition === span.partition)
    .map(({ offset }) => offset)
  if (offsets.length === 0) return []
  const start = Math.min(span.end, Math.max(span.start, Math.min(...offsets)))
  return [{ span: { ...span, start }, end: Math.min(span.end, Math.max(...offsets) + 1) }]
}

function isSelected({ letter, replayed }: ListedLetter, selection: LetterSelection): boolean {
  const { coordinates, pending = false } = selection
  if (pending && replayed) return false
  const isNamed = coordinates?.some(
    ({ partition, offset }) => partition === letter.partition && offset === letter.offset,
  )
  return isNamed !== false && matchesFilter(letter, selection)
}
