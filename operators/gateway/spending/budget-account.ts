/** `warned`: 80 % are spent. `spent`: nothing is left, or less than the call needs that was refused last. */
export type BudgetState = 'open' | 'warned' | 'spent'

const WARNED_SHARE = 0.8
// Whole numbers, since 0.1 + 0.1 + 0.1 is more than 0.3; the cost of a decision is written with nine digits too.
const UNITS_PER_USD = 1e9

/** What is spent of one budget on one day, and what is reserved by calls under way. Amounts in US dollars. */
export class BudgetAccount {
  private max: number | null
  private spent = 0
  private reserved = 0
  /** What the last call needed, where it was refused. */
  private refused = 0
  private isWarned = false

  /** Null for no limit. */
  constructor(usdPerDay: number | null) {
    this.max = toUnits(usdPerDay)
  }

  limit(usdPerDay: number | null): void {
    this.max = toUnits(usdPerDay)
  }

  get state(): BudgetState {
    if (this.max === null) return 'open'
    const left = this.max - this.spent - this.reserved
    if (left <= 0 || left < this.refused) return 'spent'
    return this.spent >= this.max * WARNED_SHARE ? 'warned' : 'open'
  }

  /** No call of it is under way. */
  get isIdle(): boolean {
    return this.reserved === 0
  }

  /** False, and nothing reserved, where so much is not left. */
  reserve(usd: number): boolean {
    const asked = toUnits(usd)
    const fits = this.max === null || this.spent + this.reserved + asked <= this.max
    this.refused = fits ? 0 : asked
    if (fits) this.reserved += asked
    return fits
  }

  free(usd: number): void {
    this.reserved -= toUnits(usd)
  }

  spend(usd: number): void {
    this.spent += toUnits(usd)
  }

  /** What to warn of: once a day. */
  takeWarning(): { readonly spentUsd: number; readonly usdPerDay: number } | null {
    if (this.max === null || this.isWarned || this.spent < this.max * WARNED_SHARE) return null
    this.isWarned = true
    return { spentUsd: this.spent / UNITS_PER_USD, usdPerDay: this.max / UNITS_PER_USD }
  }

  /** A new day. What is reserved stays so. */
  turnPage(): void {
    this.spent = 0
    this.isWarned = false
  }
}

function toUnits(usd: number): number
function toUnits(usd: number | null): number | null
function toUnits(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * UNITS_PER_USD)
}
