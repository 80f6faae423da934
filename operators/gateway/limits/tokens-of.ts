import type { QuotaLimitName } from '../../../schemas/quota-limits.ts'
import type { TokenUse } from '../quota.ts'

/** What a request takes of a limit on tokens; undefined for one that is not on tokens. */
export function tokensOf(name: QuotaLimitName, { input, output }: TokenUse): number | undefined {
  switch (name) {
    case 'tokens_per_minute':
    case 'tokens_per_day':
      return input + output
    case 'input_tokens_per_minute':
      return input
    case 'output_tokens_per_minute':
      return output
    default:
      return undefined
  }
}
