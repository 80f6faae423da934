import { Subject } from 'rxjs'
import type { Rule } from '../../schemas/rule.ts'
import { createRuleTable, type RuleTable } from '../events/create-rule-table.ts'
import type { LiveRules } from './live-rules.ts'

/** What is known after the rules topic was looked at. */
export interface RulesLook {
  /** The offset that follows what was read. */
  readonly offset: number
  /** The end of the topic when it was asked. */
  readonly end: number
  /** Some rule has changed since the look before. */
  readonly hasChanged: boolean
}

/** Offsets beyond the end of the topic that are asked for at once; each lane asks for one. */
const BEYOND_MAX = 10_000
/** A look may have been under way when the question came: only one that began later tells. */
const LOOKS_NEEDED = 2

/** The rules of a topic that is followed: compiled anew when they change. */
export class FollowedRules implements LiveRules {
  table: RuleTable = createRuleTable([])
  offset = 0
  readonly moved$ = new Subject<void>()
  private end = 0
  private looks = 0
  /** When each offset beyond the end was first asked for. */
  private readonly beyond = new Map<number, number>()

  take(rules: Iterable<Rule>, look: RulesLook): void {
    if (look.hasChanged) this.table = createRuleTable([...rules])
    const hasMoved = look.hasChanged || look.offset !== this.offset || this.beyond.size > 0
    this.offset = look.offset
    this.end = look.end
    this.looks++
    for (const asked of this.beyond.keys()) if (asked <= look.offset) this.beyond.delete(asked)
    if (hasMoved) this.moved$.next()
  }

  /**
   * A work record may name an offset that the topic has not got any more, or not yet again, since it was made anew: waiting for
   * it would stop its lane for good. That is so when the topic, looked at after the question, ends before it.
   */
  covers(offset: number): boolean {
    if (offset <= this.offset) return true
    const askedAt = this.beyond.get(offset) ?? this.looks
    if (this.looks - askedAt >= LOOKS_NEEDED && this.end < offset) return true
    if (this.beyond.size < BEYOND_MAX) this.beyond.set(offset, askedAt)
    return false
  }
}
