import { BackwardScan, type ScanStart } from './backward-scan.ts'
import type { DecisionFeed } from './decision-feed.ts'
import { type DecisionFilter, fitDecision } from './fit-decision.ts'
import type { TopicLog } from './topic-log.ts'

export interface HistoryQuestion extends DecisionFilter {
  /** Only what lies before, by partition; from the newest on where it is absent. */
  readonly before?: readonly number[] | undefined
  readonly limit: number
}

export interface HistorySource {
  readonly log: TopicLog
  readonly feed: DecisionFeed
  /** Most bytes read from the log for one page, besides a first look into each partition. */
  readonly readBytesMax?: number
  /** Most characters on one page, besides one decision. */
  readonly pageCharactersMax?: number
}

export interface HistoryPage {
  /** Decisions as JSON, the newest first. */
  readonly items: readonly string[]
  /** The `before` of the page that follows; null where nothing is left. */
  readonly next: readonly number[] | null
}

const READ_BYTES_MAX = 8 * 1024 * 1024
const PAGE_CHARACTERS_MAX = 4 * 1024 * 1024
/** A record is written after its decision is made: within a commit's time, by clocks that agree. */
const WRITTEN_MS_MAX = 60_000

/**
 * A page of the decisions of a rule, the newest first, over all partitions: what is kept in memory first, then the topic.
 * What it costs is bounded: a page may end early, even empty, with `next` to go on with.
 */
export async function readHistory(question: HistoryQuestion, source: HistorySource): Promise<HistoryPage> {
  const { log, readBytesMax = READ_BYTES_MAX, pageCharactersMax = PAGE_CHARACTERS_MAX } = source
  const starts = await startsOf(question, source)
  // All of them together hold no more than a page.
  const bounds = { foundMax: question.limit, foundCharactersMax: pageCharactersMax / starts.length }
  const scans = starts.map(start => new BackwardScan(start, question, bounds))
  const page = new Page(question.limit, pageCharactersMax)
  // A look into each partition in any case: after it something is found, or a cursor has moved.
  const looks = new Looks(scans.length, readBytesMax)
  for (let scan = newestOf(scans); scan !== undefined && !page.isFull; scan = newestOf(scans)) {
    const found = scan.take()
    if (found !== undefined) page.add(found.text)
    else if (looks.areSpent) break
    else looks.count(await scan.further(log))
  }
  const isEnd = scans.every(({ isDone }) => isDone)
  return { items: page.items, next: isEnd ? null : scans.map(({ position }) => position) }
}

class Page {
  readonly items: string[] = []
  private characters = 0
  private readonly limit: number
  private readonly charactersMax: number

  constructor(limit: number, charactersMax: number) {
    this.limit = limit
    this.charactersMax = charactersMax
  }

  get isFull(): boolean {
    return this.items.length >= this.limit || this.characters >= this.charactersMax
  }

  add(text: string): void {
    this.items.push(text)
    this.characters += text.length
  }
}

class Looks {
  private free: number
  private bytes: number

  constructor(free: number, bytesMax: number) {
    this.free = free
    this.bytes = bytesMax
  }

  get areSpent(): boolean {
    return this.free <= 0 && this.bytes <= 0
  }

  count(bytes: number): void {
    this.free--
    this.bytes -= bytes
  }
}

/** What is found comes before what must be looked for, where both may be the newest. */
function newestOf(scans: readonly BackwardScan[]): BackwardScan | undefined {
  return scans
    .filter(({ isDone }) => !isDone)
    .reduce<BackwardScan | undefined>((best, scan) => {
      if (best === undefined || scan.newestMs > best.newestMs) return scan
      return scan.newestMs === best.newestMs && scan.hasFound && !best.hasFound ? scan : best
    }, undefined)
}

async function startsOf(question: HistoryQuestion, { log, feed }: HistorySource): Promise<ScanStart[]> {
  const { fromMs, toMs, before } = question
  const current = feed.isCurrent ? feed.positions : null
  const ends = before ?? current ?? (await log.ends())
  const begins = feed.begins ?? (await log.begins())
  const since = fromMs === undefined ? [] : await log.since(fromMs - WRITTEN_MS_MAX)
  const until = toMs === undefined ? [] : await log.since(toMs + WRITTEN_MS_MAX)
  return ends.map((end, partition) => {
    const to = Math.min(end, until[partition] ?? end)
    const begin = Math.max(begins[partition] ?? 0, since[partition] ?? 0)
    return scanStart(question, feed, { partition, to, begin })
  })
}

interface Place {
  readonly partition: number
  readonly to: number
  readonly begin: number
}

function scanStart(
  question: HistoryQuestion,
  feed: DecisionFeed,
  { partition, to, begin }: Place,
): ScanStart {
  const { floor, decisions } = feed.ring.of(question.ruleId, partition)
  if (to <= floor.offset || feed.filledTo(partition) < to)
    return { partition, offset: to, atMs: Infinity, found: [], begin }
  const found = decisions
    .filter(({ offset }) => offset < to && offset >= begin)
    .flatMap(kept => fitDecision(kept, question) ?? [])
  return { partition, offset: floor.offset, atMs: floor.atMs, found, begin }
}
