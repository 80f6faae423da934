import type {
  BacktestDifference,
  DecisionSide,
  DifferenceCause,
  DifferenceKind,
} from '../../../schemas/backtest/backtest-difference.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { type CompactDecision, compactDecision } from './compact-decision.ts'
import { DifferenceTally } from './difference-tally.ts'
import type { EarlierDecision, EarlierDecisions } from './earlier-decisions.ts'
import { explainDifference } from './explain-difference.ts'
import { type Exactness, kindOfDifference, type Overlap } from './kind-of-difference.ts'
import type { PlayedPlaces } from './played-places.ts'
import type { RuleChange } from './rule-changes.ts'

export interface DecisionComparisonOptions {
  readonly earlier: EarlierDecisions
  /** What they are compared with, as people named it. */
  readonly against: readonly string[]
  readonly changes: ReadonlyMap<string, RuleChange>
  /** The versions of the rules that run. */
  readonly versions: ReadonlyMap<string, number>
  /** Given where the earlier ones were made by another stream, of which a part was played. */
  readonly played?: PlayedPlaces
  /** Only those of these rules are compared; of all rules where it is absent. */
  readonly rules?: ReadonlySet<string>
  /** Nothing but the outcome where it is absent. */
  readonly exact?: Exactness
  readonly waitingMax?: number
}

/** Most decisions that wait to be compared until all is played, since one that they share events with holds others that were not played yet. */
const WAITING_MAX = 100_000

/**
 * Compares decisions, as they are made, with earlier ones on the same stream. Those of one rule and key are told by the events
 * that they share; both sides have them in the order in which their windows closed.
 */
export class DecisionComparison {
  private readonly tally = new DifferenceTally()
  /** By rule and key. */
  private readonly waiting = new Map<string, readonly Waiting[]>()
  private waitingCount = 0
  private readonly options: DecisionComparisonOptions

  constructor(options: DecisionComparisonOptions) {
    this.options = options
  }

  add(decision: Decision): void {
    if (this.options.rules?.has(decision.rule_id) === false) {
      this.tally.otherRules++
      return
    }
    this.noteRepeats(decision)
    const waits: Waiting = { after: compactDecision(decision), overlap: this.overlapOf(decision) }
    const name = `${decision.rule_id}|${decision.key}`
    this.waitingCount++
    this.compareReady(name, [...(this.waiting.get(name) ?? []), waits])
    this.relieve()
  }

  /** Once, when all is played and decided. */
  difference(): BacktestDifference {
    for (const queue of this.waiting.values()) this.compareAll(queue)
    this.waiting.clear()
    for (const earlier of this.options.earlier.decisions) this.settle(earlier)
    this.tally.otherRules += this.options.earlier.otherRules
    return this.tally.difference(this.options.against)
  }

  /** Those of a rule and key in their order, up to the first that is early. */
  private compareReady(name: string, queue: readonly Waiting[]): void {
    const early = queue.findIndex(({ overlap }) => this.isEarly(overlap))
    const ready = early === -1 ? queue.length : early
    if (ready === queue.length) this.waiting.delete(name)
    else this.waiting.set(name, queue.slice(ready))
    this.compareAll(queue.slice(0, ready))
  }

  private compareAll(queue: readonly Waiting[]): void {
    this.waitingCount -= queue.length
    for (const { after, overlap } of queue) this.compare(after, overlap)
  }

  private relieve(): void {
    const { waitingMax = WAITING_MAX } = this.options
    if (this.waitingCount <= waitingMax) return
    for (const [name, queue] of [...this.waiting]) this.compareReady(name, queue)
    // With less than half of them free, every few decisions would look through all.
    if (this.waitingCount <= waitingMax / 2) return
    const message = `more than ${waitingMax / 2} decisions share events with windows that end later; compare a shorter part by --from and --to`
    throw new PipelineError('config_invalid', message)
  }

  private noteRepeats({ repeats }: Decision): void {
    for (const { work_id } of repeats) {
      const earlier = this.options.earlier.find(work_id)
      if (earlier !== undefined) earlier.repeated = true
    }
  }

  private overlapOf({ rule_id, key, events }: Decision): Overlap {
    const overlap = new Map<EarlierDecision, number>()
    for (const { work_id } of events) {
      const earlier = this.options.earlier.find(work_id)
      if (earlier?.ruleId !== rule_id || earlier.key !== key) continue
      earlier.shared++
      overlap.set(earlier, (overlap.get(earlier) ?? 0) + 1)
    }
    return overlap
  }

  /** Some of what it shares events with goes on beyond what was played so far. */
  private isEarly(overlap: Overlap): boolean {
    const { played } = this.options
    return played !== undefined && [...overlap.keys()].some(({ last }) => played.isAhead(last))
  }

  /** Some of its events are not in what was played. */
  private isCut({ first, last }: EarlierDecision): boolean {
    const { played } = this.options
    return played !== undefined && !(played.has(first) && played.has(last))
  }

  private compare(after: CompactDecision, overlap: Overlap): void {
    if (this.isOutside(after, overlap)) {
      this.tally.outside++
      for (const earlier of overlap.keys()) earlier.cause = 'cut'
      return
    }
    this.tally.spent('after', after)
    this.countAlert(after, overlap)
    const before = partnerOf(overlap)
    const { exact = outcomesOnly } = this.options
    const kind = kindOfDifference({ before, after, overlap }, exact)
    if (before !== null) before.paired = true
    if (kind === null) this.tally.same++
    else this.differ({ kind, before, after }, [...overlap.keys()])
  }

  private isOutside({ side }: CompactDecision, overlap: Overlap): boolean {
    const { played, earlier } = this.options
    if (played === undefined) return false
    if (overlap.size > 0) return [...overlap.keys()].some(one => this.isCut(one))
    const { decidedFrom, decidedTo } = earlier
    return (
      decidedFrom === null || decidedTo === null || side.closed_at < decidedFrom || side.closed_at > decidedTo
    )
  }

  private countAlert({ side }: CompactDecision, overlap: Overlap): void {
    if (side.outcome !== 'triggered') return
    const triggered = [...overlap.keys()].filter(earlier => earlier.side.outcome === 'triggered')
    if (triggered.length === 0) this.tally.alerts.new++
    for (const earlier of triggered) earlier.triggersStill = true
  }

  private differ({ kind, before, after }: Pairing, sharing: readonly EarlierDecision[]): void {
    const { ruleId, key } = after ?? before
    const carried = causeOf(sharing)
    const explanation = explainDifference({ kind, before, after, carried, ...this.knownOf(ruleId) })
    for (const earlier of sharing) earlier.cause ??= carried ?? explanation.cause
    const sides = { before: sideOf(before), after: sideOf(after) }
    this.tally.add({ rule_id: ruleId, key, kind, ...explanation, ...sides })
  }

  private knownOf(ruleId: string) {
    const { changes, versions } = this.options
    return { change: changes.get(ruleId), version: versions.get(ruleId) ?? null }
  }

  /** What is left of an earlier one when all is compared. */
  private settle(earlier: EarlierDecision): void {
    if (!earlier.paired && this.isCut(earlier)) {
      this.tally.outside++
      return
    }
    this.tally.spent('before', earlier)
    if (earlier.side.outcome === 'triggered') this.tally.alerts[earlier.triggersStill ? 'kept' : 'gone']++
    if (earlier.paired) return
    const kind = earlier.shared > 0 ? 'window' : 'only_before'
    this.differ({ kind, before: earlier, after: null }, [earlier])
  }
}

interface Waiting {
  readonly after: CompactDecision
  readonly overlap: Overlap
}

const outcomesOnly: Exactness = { answers: false, times: false }

type Pairing =
  | {
      readonly kind: DifferenceKind
      readonly before: EarlierDecision | null
      readonly after: CompactDecision
    }
  | { readonly kind: DifferenceKind; readonly before: EarlierDecision; readonly after: null }

function sideOf(decision: CompactDecision | null): DecisionSide | null {
  return decision === null ? null : decision.side
}

/** Why one of them differs from what it was compared with; null where none does. */
function causeOf(decisions: readonly EarlierDecision[]): DifferenceCause | null {
  return decisions.find(({ cause }) => cause !== null)?.cause ?? null
}

/** The one that shares the most events, of those that stand beside none yet. */
function partnerOf(overlap: Overlap): EarlierDecision | null {
  let partner: EarlierDecision | null = null
  for (const [earlier, shared] of overlap) {
    if (earlier.paired) continue
    if (partner === null || shared > (overlap.get(partner) ?? 0)) partner = earlier
  }
  return partner
}
