import type { LogRecord } from '../../operators/lanes/lane.ts'
import { type DecisionFilter, fitDecision, type FoundDecision } from './fit-decision.ts'
import { ruleOfKey } from './rule-of-key.ts'
import type { TopicLog } from './topic-log.ts'

/** Where a scan begins: everything in `found` is at `offset` or above, and what is below was decided at `atMs` or earlier. */
export interface ScanStart {
  readonly partition: number
  readonly offset: number
  readonly atMs: number
  readonly found: readonly FoundDecision[]
  /** What lies before it does not count. */
  readonly begin: number
}

export interface ScanBounds {
  /** Most decisions found and not taken yet. */
  readonly foundMax: number
  readonly foundCharactersMax: number
}

const SPAN_MIN = 256
const SPAN_MAX = 4096

/** The decisions of one partition that fit, the newest first: a part of the log at a time is read forward, and taken backward. */
export class BackwardScan {
  readonly partition: number
  private readonly filter: DecisionFilter
  private readonly bounds: ScanBounds
  private readonly begin: number
  private found: FoundDecision[]
  private scannedTo: number
  private atMs: number
  private span = SPAN_MIN

  constructor(start: ScanStart, filter: DecisionFilter, bounds: ScanBounds) {
    this.partition = start.partition
    this.found = [...start.found]
    this.scannedTo = start.offset
    this.atMs = start.atMs
    this.begin = start.begin
    this.filter = filter
    this.bounds = bounds
  }

  get hasFound(): boolean {
    return this.found.length > 0
  }

  /** Nothing is left. */
  get isDone(): boolean {
    return !this.hasFound && this.scannedTo <= this.begin
  }

  /** No decision that is left was made later. */
  get newestMs(): number {
    const newest = this.found.at(-1)
    if (newest !== undefined) return newest.decidedAtMs
    return this.isDone ? -Infinity : this.atMs
  }

  /** Behind all that is left. */
  get position(): number {
    const newest = this.found.at(-1)
    return newest === undefined ? Math.max(this.begin, this.scannedTo) : newest.offset + 1
  }

  take(): FoundDecision | undefined {
    return this.found.pop()
  }

  /** Reads the part before what was read; answers how many bytes that took. */
  async further(log: TopicLog): Promise<number> {
    const from = Math.max(this.begin, this.scannedTo - this.span)
    const part = new ReadPart(this.filter, this.bounds)
    for await (const { records } of log.read({ partition: this.partition, from, to: this.scannedTo }))
      for (const record of records) part.add(record)
    this.found = part.found
    this.scannedTo = part.cutAt ?? from
    this.atMs = Math.min(this.atMs, part.atMs)
    this.span = Math.min(this.span * 2, SPAN_MAX)
    return part.bytes
  }
}

/** What is found in a part of the log: the newest of it, as far as there is room. */
class ReadPart {
  readonly found: FoundDecision[] = []
  /** What lies before it was found and let go. */
  cutAt: number | undefined
  /** Nothing before it was decided later. */
  atMs = Infinity
  bytes = 0
  private characters = 0
  private readonly filter: DecisionFilter
  private readonly bounds: ScanBounds

  constructor(filter: DecisionFilter, bounds: ScanBounds) {
    this.filter = filter
    this.bounds = bounds
  }

  add({ key, value, offset, timestampMs }: LogRecord): void {
    // The times of the records of a partition grow: the first one's is the oldest.
    if (this.atMs === Infinity) this.atMs = timestampMs
    if (value === null) return
    this.bytes += value.length
    const decision =
      ruleOfKey(key) === this.filter.ruleId ? fitDecision({ value, offset }, this.filter) : null
    if (decision === null) return
    this.found.push(decision)
    this.characters += decision.text.length
    while (this.isOverfull) this.letGo()
  }

  private get isOverfull(): boolean {
    const { foundMax, foundCharactersMax } = this.bounds
    const { length } = this.found
    return length > foundMax || (length > 1 && this.characters > foundCharactersMax)
  }

  private letGo(): void {
    const gone = this.found.shift()
    const [oldest] = this.found
    this.characters -= gone?.text.length ?? 0
    this.cutAt = oldest?.offset
    this.atMs = oldest?.decidedAtMs ?? this.atMs
  }
}
