import type { SchedulerLike } from 'rxjs'
import { FollowedRules } from '../../operators/rules/followed-rules.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Step } from './plan.ts'

/** One write to the rules topic. */
export interface RuleWrite {
  readonly ruleId: string
  readonly enabled: boolean
  /** Of the rules topic, behind the write. */
  readonly offset: number
}

/**
 * The rules topic, and what each worker has read of it. ROUTE writes work for every rule, disabled or not, so that what it must
 * write does not depend on when it was opened; how far the topic was read then stands in its records all the same.
 */
export class PlayedRules {
  readonly route = new FollowedRules()
  readonly writes: RuleWrite[] = []
  private readonly all: readonly Rule[]
  private readonly clock: SchedulerLike
  private readonly decide: FollowedRules[]
  private now: readonly Rule[]
  private offset = 1

  constructor(rules: readonly Rule[], workers: number, clock: SchedulerLike) {
    this.all = rules
    this.now = rules
    this.clock = clock
    this.route.take(rules, { offset: this.offset, end: this.offset, hasChanged: true })
    this.decide = Array.from({ length: workers }, () => this.readWhole())
  }

  /** Those of the lanes of one worker. */
  of(worker: number): FollowedRules {
    const rules = this.decide[worker]
    if (rules === undefined) throw new Error(`no worker ${worker}`)
    return rules
  }

  change({ rule: index, enabled, lagMs }: Extract<Step, { kind: 'change' }>): void {
    const rule = this.all[index]
    if (rule === undefined) throw new Error(`no rule ${index}`)
    this.now = this.now.map(one => (one.rule_id === rule.rule_id ? { ...one, enabled } : one))
    const offset = ++this.offset
    const changed = this.now
    this.writes.push({ ruleId: rule.rule_id, enabled, offset })
    this.route.take(this.all, { offset, end: offset, hasChanged: false })
    for (const [worker, reader] of this.decide.entries()) {
      const read = () => {
        // One that was slower with the write before has read that one first.
        if (reader.offset < offset) reader.take(changed, { offset, end: this.offset, hasChanged: true })
      }
      this.clock.schedule(read, lagMs[worker] ?? 0)
    }
  }

  /** A worker begins anew: it reads the whole topic before it opens a lane. */
  restart(worker: number): void {
    this.decide[worker] = this.readWhole()
  }

  private readWhole(): FollowedRules {
    const rules = new FollowedRules()
    rules.take(this.now, { offset: this.offset, end: this.offset, hasChanged: true })
    return rules
  }
}
