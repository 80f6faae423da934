import type { ModelLimits } from '../../../schemas/model-limits.ts'
import type { QuotaLimitName } from '../../../schemas/quota-limits.ts'
import type { Learned } from './learned-limit.ts'

/** So long what was learned is held to; then it moves toward the configured limit for as long, and is forgotten. */
const DAY_MS = 86_400_000

/** What of a limit that was learned earlier still holds; null where nothing does. */
export function rememberedLimit(
  { at, limits }: ModelLimits,
  name: QuotaLimitName,
  nowMs: number,
): Learned | null {
  const remembered = limits[name]
  if (remembered === undefined) return null
  const { configured, learned, since, why } = remembered
  const forgottenShare = Math.max(0, (nowMs - Date.parse(at)) / DAY_MS - 1)
  if (forgottenShare >= 1) return null
  const limit = learned + ((configured ?? learned) - learned) * forgottenShare
  return { limit: Math.floor(limit), sinceMs: Date.parse(since), why }
}
