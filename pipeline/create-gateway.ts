import { answerCache } from '../operators/gateway/answers/answer-cache.ts'
import { type AnswerOnce, answerOnce } from '../operators/gateway/answers/answer-once.ts'
import { type Budget, budget, type BudgetWarning } from '../operators/gateway/spending/budget.ts'
import { shareCalls } from '../operators/gateway/answers/share-calls.ts'
import type { Config } from '../schemas/config.ts'
import { type ModelGates, modelGates, type ModelGatesOptions } from './model-gates.ts'

/** The only way to a model, shared by all lanes of the process. */
export interface Gateway extends ModelGates {
  readonly answers: AnswerOnce
  readonly cacheTtlMs: number
  readonly budget: Budget
  readonly ruleUsdPerDay: number | null
}

export interface GatewayOptions extends ModelGatesOptions {
  readonly random: () => number
  readonly onBudgetWarned?: (warning: BudgetWarning) => void
}

/** Calls in flight that other windows may join: more than all models together are asked at once. */
const SHARED_CALLS_MAX = 10_000
/** Rules whose spending is kept apart. */
const RULES_MAX = 10_000

/** Builds it from the configuration. */
export function createGateway(
  config: Pick<Config, 'models' | 'cache' | 'budget'>,
  { random, onBudgetWarned = () => undefined, ...options }: GatewayOptions,
): Gateway {
  const { clock } = options
  return {
    ...modelGates(config.models, options),
    answers: answerOnce({
      cache: answerCache({ bytesMax: config.cache.bytes_max, clock, random }),
      calls: shareCalls({ callsMax: SHARED_CALLS_MAX }),
    }),
    cacheTtlMs: config.cache.ttl_seconds * 1000,
    budget: budget({
      usdPerDay: config.budget.usd_per_day,
      rulesMax: RULES_MAX,
      clock,
      onWarned: onBudgetWarned,
    }),
    ruleUsdPerDay: config.budget.usd_per_rule_per_day,
  }
}
