import type { TokenUse } from '../quota.ts'

export interface ModelPrice {
  readonly inputUsdPerMillion: number
  readonly outputUsdPerMillion: number
}

/** What tokens cost, in US dollars; nothing at a model without a price. */
export function costOf(price: ModelPrice | null, { input, output }: TokenUse): number {
  if (price === null) return 0
  return (input * price.inputUsdPerMillion + output * price.outputUsdPerMillion) / 1_000_000
}
