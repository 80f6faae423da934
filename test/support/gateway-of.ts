import type { SchedulerLike } from 'rxjs'
import { configSchema } from '../../schemas/config.ts'
import { createGateway } from '../../pipeline/create-gateway.ts'

/** What a window is judged with beside its models: no cache and no budget, unless a test says so. */
export function gatewayOf(clock: SchedulerLike, given: { cache?: object; budget?: object } = {}) {
  const config = configSchema.parse({ sources: [{ topic: 'events' }], ...given })
  const { answers, cacheTtlMs, budget, ruleUsdPerDay } = createGateway(config, { clock, random: () => 0.5 })
  return { answers, cacheTtlMs, budget, ruleUsdPerDay }
}
