import type { Logger } from 'pino'
import type { Observable, SchedulerLike } from 'rxjs'
import { FollowedRules } from '../../operators/rules/followed-rules.ts'
import type { LiveRules } from '../../operators/rules/live-rules.ts'
import type { RuleStore } from '../../operators/rules/rule-store.ts'
import type { Config } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'
import { kafkaRuleStore } from '../kafka/tables/kafka-rule-store.ts'
import { keepRules } from './keep-rules.ts'
import { readRule } from './read-rule.ts'
import { runnableRules } from './runnable-rules.ts'
import type { SeedPlan } from './seed-rules.ts'

/** The rules of a process as lanes, people and files see and change them. */
export interface OpenRules {
  readonly live: LiveRules
  readonly store: RuleStore
  /** Follows the rules topic; emits once, when every rule is known and those of files are among them. */
  readonly kept$: Observable<unknown>
  close(): Promise<void>
}

export interface OpenRulesOptions {
  readonly config: Config
  /** Those of the configuration. */
  readonly files: readonly Rule[]
  readonly clock: SchedulerLike
  readonly log: Logger
  /** Some rules are new to this process; of very many, the first. */
  readonly onNew: (ruleIds: readonly string[]) => void
}

/** Making the series of 10,000 rules before anything is counted holds up the lanes by a quarter of a second. */
const ANNOUNCED_MAX = 1000

/** Nothing connects before `kept$` is subscribed to. */
export function openRules({ config, files, clock, log, onNew }: OpenRulesOptions): OpenRules {
  const store = kafkaRuleStore(config.kafka, {
    read: readRule,
    onFault: (ruleId, reason) => {
      log.warn({ ruleId, reason }, 'a rule on the rules topic was passed over')
    },
    onTrouble: problem => {
      if (problem === null) log.info('changes of rules can be read again')
      else log.warn({ problem }, 'changes of rules cannot be read, trying again')
    },
  })
  const live = new FollowedRules(clock)
  const known = new Set<string>()
  const kept$ = keepRules({
    store,
    live,
    files,
    runnable: runnableRules({
      models: config.models,
      onUnrunnable: ruleIds => {
        if (ruleIds.length === 0) log.info('every rule has its model')
        else
          log.error({ rules: ruleIds }, 'rules ask a model that is not configured here: they match nothing')
      },
    }),
    clock,
    onSeeded: plan => {
      logSeeds(log, plan)
    },
    onTrouble: problem => {
      log.warn({ problem }, 'the rules of files cannot be written, trying again')
    },
    onChanged: () => {
      const fresh = [...store.rules.keys()]
        .filter(ruleId => !known.has(ruleId))
        .slice(0, Math.max(0, ANNOUNCED_MAX - known.size))
      for (const ruleId of fresh) known.add(ruleId)
      onNew(fresh)
    },
  })
  return { live, store, kept$, close: () => store.close() }
}

function logSeeds(log: Logger, { writes, left, orphans }: SeedPlan): void {
  if (writes.length > 0) log.info({ rules: writes.map(({ ruleId }) => ruleId) }, 'rules of files are written')
  if (left.length > 0)
    log.warn(
      { rules: left },
      'rules differ from their files and were last changed elsewhere: they are left as they are',
    )
  if (orphans.length > 0)
    log.warn(
      { rules: orphans },
      'rules of files that are gone run on: delete them with llmtrigger rules delete',
    )
}
