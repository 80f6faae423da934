import { Dice } from '../dice.ts'

export interface Customer {
  readonly account: string
  readonly card: string
  readonly home: string
  /** What he usually pays, as a part of what others do. */
  readonly spending: number
}

const COUNT = 2400
const homes = ['DE', 'DE', 'DE', 'FR', 'FR', 'NL', 'ES', 'IT', 'AT'] as const

/** The customers of a bank, each with an account and a card. */
export function customers(seed: number): readonly Customer[] {
  const dice = new Dice(seed, 'customers')
  return Array.from({ length: COUNT }, (_, index) => ({
    account: `u-${1000 + index}`,
    card: `c-${String(index * 37 + 4001).padStart(6, '0')}`,
    home: dice.pick(homes),
    spending: dice.between(0.6, 1.6),
  }))
}
