import { queueScheduler, type SchedulerLike, Subject } from 'rxjs'
import type { Rule } from '../../schemas/rule.ts'
import { createRuleTable } from '../matching/create-rule-table.ts'
import { ruleTableBuilder } from '../matching/rule-table-builder.ts'
import type { RuleTable } from '../matching/rule-table.ts'
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

/** The rules of a topic that is followed: compiled anew when they change, with pauses in which others have their turn. */
export class FollowedRules implements LiveRules {
  table: RuleTable = createRuleTable([])
  offset = 0
  readonly moved$ = new Subject<void>()
  private end = 0
  private looks = 0
  /** When each offset beyond the end was first asked for. */
  private readonly beyond = new Map<number, number>()
  private readonly build = ruleTableBuilder()
  private readonly scheduler: SchedulerLike
  /** What is being compiled, and what has come since: the next table takes all of it. */
  private building: Known | null = null
  private waiting: Known | null = null

  /** On the queue scheduler a table is there when `take` returns; on any other one lanes go on meanwhile. */
  constructor(scheduler: SchedulerLike = queueScheduler) {
    this.scheduler = scheduler
  }

  take(rules: Iterable<Rule>, look: RulesLook): void {
    this.end = look.end
    this.looks++
    for (const asked of this.beyond.keys()) if (asked <= look.offset) this.beyond.delete(asked)
    const isAskedFor = this.beyond.size > 0
    if (look.hasChanged) this.compile({ rules: [...rules], offset: look.offset })
    else this.read(look.offset)
    if (isAskedFor) this.moved$.next()
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

  /** Nothing but the position has changed: it counts once all that came before it is compiled. */
  private read(offset: number): void {
    const pending = this.waiting ?? this.building
    if (pending !== null) pending.offset = offset
    else this.moveTo(offset)
  }

  private moveTo(offset: number): void {
    if (offset === this.offset) return
    this.offset = offset
    this.moved$.next()
  }

  private compile(known: Known): void {
    if (this.building !== null) {
      this.waiting = known
      return
    }
    this.building = known
    this.goOn(known, this.build(known.rules))
  }

  private goOn(known: Known, steps: Iterator<RuleTable | null>): void {
    this.scheduler.schedule(() => {
      const step = steps.next()
      if (step.done === true) throw new Error('a build ended without its table')
      if (step.value === null) this.goOn(known, steps)
      else this.built(known, step.value)
    })
  }

  private built({ offset }: Known, table: RuleTable): void {
    const { waiting } = this
    this.table = table
    this.offset = offset
    this.building = null
    this.waiting = null
    this.moved$.next()
    if (waiting !== null) this.compile(waiting)
  }
}

interface Known {
  readonly rules: readonly Rule[]
  /** Nothing has changed from where they were read to here. */
  offset: number
}
