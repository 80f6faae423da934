import type { RuleStore } from '../../../operators/rules/rule-store.ts'
import type { Config } from '../../../schemas/config.ts'
import type { CheckRuleOptions } from '../../rule-files/check-rule-value.ts'
import { type ApiCommand, runOnApi } from '../run-on-api.ts'
import { runOnKafka } from '../run-on-kafka.ts'
import { apiRuleAccess } from './api-rule-access.ts'
import type { RuleAccess } from './rule-access.ts'
import { storeRuleAccess } from './store-rule-access.ts'

/** Opens the rules of a deployment, without a process that runs it. */
export type OpenRuleStore = (config: Config) => Promise<{
  readonly store: RuleStore
  close(): Promise<void>
}>

export interface RulesCommand extends ApiCommand {
  /** Absent: the API is asked, also without `--url`. */
  readonly openStore?: OpenRuleStore | undefined
}

export interface ReachedRules {
  /** The models that rules may name, where they are known. */
  readonly models: Pick<CheckRuleOptions, 'models'>
  /** Connects, does something, and leaves. */
  readonly using: (work: (access: RuleAccess) => Promise<number>) => Promise<number>
}

/** Runs the work of a command on the rules: straight at Kafka, or with `--url` at a process that runs. */
export function runOnRules(
  command: RulesCommand,
  work: (rules: ReachedRules) => Promise<number>,
): Promise<number> {
  const { url, openStore } = command
  if (url !== undefined || openStore === undefined)
    return runOnApi(command, ask => work({ models: {}, using: use => use(apiRuleAccess(ask)) }))
  return runOnKafka(command, config => {
    const using: ReachedRules['using'] = async use => {
      const opened = await openStore(config)
      try {
        return await use(storeRuleAccess(opened.store, Date))
      } finally {
        await opened.close()
      }
    }
    return work({ models: { models: { configured: config.models } }, using })
  })
}
