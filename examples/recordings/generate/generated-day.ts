/** One event, before it has its place in a topic. */
export interface Emission {
  readonly topic: string
  readonly key: string
  readonly atMs: number
  /** The event's id, or the first part of it, which a number follows. */
  readonly id: string | { readonly series: string }
  readonly type: string
  readonly source: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Something that was put into the day, and what one rule is to make of it. */
export interface Planted {
  readonly id: string
  /** What happens, in a sentence. */
  readonly story: string
  readonly rule_id: string
  readonly key: string
  readonly fromMs: number
  readonly toMs: number
  /** When its first alert is there at the latest; absent for a decoy, which must not raise any. */
  readonly alertByMs?: number
  /** How many alerts it may bring; one where it is absent. */
  readonly alertsMax?: number
}

export interface GeneratedDay {
  readonly name: string
  readonly fromMs: number
  readonly toMs: number
  /** Partitions by topic. */
  readonly partitions: Readonly<Record<string, number>>
  readonly emissions: readonly Emission[]
  readonly planted: readonly Planted[]
}
