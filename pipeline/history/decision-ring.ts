export interface KeptDecision {
  readonly ruleId: string
  readonly partition: number
  readonly offset: number
  /** The record's time: nothing before it in its partition was decided later. */
  readonly atMs: number
  readonly value: Buffer
}

/** From `offset` on everything is kept; what lies before it was decided at `atMs` or earlier. */
export interface Floor {
  readonly offset: number
  readonly atMs: number
}

export interface DecisionRingOptions {
  /** Most decisions kept of one rule. */
  readonly ofRuleMax: number
  /** Most decisions kept of all rules together. */
  readonly decisionsMax: number
  /** Most bytes kept, of all rules together. */
  readonly bytesMax: number
}

export interface KeptOfPartition {
  readonly floor: Floor
  /** In the order of their offsets. */
  readonly decisions: readonly KeptDecision[]
}

/** What an entry takes besides its bytes. */
const ENTRY_BYTES = 256

/** Entries in the row that are gone already, before it is made anew. */
const GONE_MAX = 1024

interface Entry extends KeptDecision {
  isKept: boolean
}

interface OfRule {
  readonly entries: Entry[]
  readonly floors: Map<number, Floor>
}

/** The newest decisions of each rule, and of each partition how far back that is all there is. */
export class DecisionRing {
  private readonly options: DecisionRingOptions
  private readonly rules = new Map<string, OfRule>()
  private floors: Floor[] = []
  /** All entries as they came; those that are gone stay until they come up, or until they outnumber the others. */
  private row: Entry[] = []
  private head = 0
  private kept = 0
  private keptBytes = 0

  constructor(options: DecisionRingOptions) {
    this.options = options
  }

  get count(): number {
    return this.kept
  }

  get bytes(): number {
    return this.keptBytes
  }

  /** Begins anew: of each partition what is added is all there is from its floor on. */
  open(floors: readonly Floor[]): void {
    this.rules.clear()
    this.row = []
    this.head = 0
    this.kept = 0
    this.keptBytes = 0
    this.floors = [...floors]
  }

  /** In the order of their offsets within a partition. The bytes of `value` are the ring's from here on. */
  add(decision: KeptDecision): void {
    const { ofRuleMax, decisionsMax, bytesMax } = this.options
    const rule = this.rules.get(decision.ruleId) ?? { entries: [], floors: new Map<number, Floor>() }
    this.rules.set(decision.ruleId, rule)
    const entry = { ...decision, isKept: true }
    rule.entries.push(entry)
    this.row.push(entry)
    this.kept++
    this.keptBytes += bytesOf(entry)
    if (rule.entries.length > ofRuleMax) this.forgetFirst(rule)
    while (this.kept > decisionsMax || this.keptBytes > bytesMax) this.forgetOldest()
    if (this.row.length - this.kept > Math.max(GONE_MAX, this.kept)) this.closeRanks()
  }

  /** What is kept of a rule in a partition. */
  of(ruleId: string, partition: number): KeptOfPartition {
    const rule = this.rules.get(ruleId)
    const floor = later(this.floors[partition], rule?.floors.get(partition))
    const decisions = (rule?.entries ?? []).filter(
      entry => entry.partition === partition && entry.offset >= floor.offset,
    )
    return { floor, decisions }
  }

  private forgetFirst(rule: OfRule): void {
    const entry = rule.entries.shift()
    if (entry === undefined) return
    entry.isKept = false
    this.kept--
    this.keptBytes -= bytesOf(entry)
    rule.floors.set(entry.partition, { offset: entry.offset + 1, atMs: entry.atMs })
  }

  /** The oldest of all is the oldest of its rule. */
  private forgetOldest(): void {
    let oldest = this.row[this.head++]
    while (oldest?.isKept === false) oldest = this.row[this.head++]
    const rule = oldest && this.rules.get(oldest.ruleId)
    if (oldest === undefined || rule === undefined) return
    this.forgetFirst(rule)
    if (rule.entries.length > 0) return
    // Nothing remembers the rule's own floors any more. All that came before its last decision is gone, so they hold for all.
    for (const [partition, floor] of rule.floors)
      this.floors[partition] = later(this.floors[partition], floor)
    this.rules.delete(oldest.ruleId)
  }

  private closeRanks(): void {
    this.row = this.row.slice(this.head).filter(({ isKept }) => isKept)
    this.head = 0
  }
}

function later(one: Floor | undefined, other: Floor | undefined): Floor {
  if (one === undefined) return other ?? { offset: Infinity, atMs: Infinity }
  return other !== undefined && other.offset > one.offset ? other : one
}

function bytesOf({ value }: KeptDecision): number {
  return value.length + ENTRY_BYTES
}
