import type { TimestampProvider } from 'rxjs'
import { BudgetAccount, type BudgetState } from './budget-account.ts'

export interface BudgetOptions {
  /** For all rules together; null for no limit. */
  readonly usdPerDay: number | null
  /** Most rules that have an account of their own in a day; all that come later share one, so that none spends unseen. */
  readonly rulesMax: number
  readonly clock: TimestampProvider
  /** Once a day for each account, when 80 % are spent; after a restart it may come again. */
  readonly onWarned: (warning: BudgetWarning) => void
}

export interface BudgetWarning {
  /** Null: all rules together. */
  readonly ruleId: string | null
  readonly spentUsd: number
  readonly usdPerDay: number
}

export interface RuleBudget {
  readonly ruleId: string
  /** As it is now; null for no limit. */
  readonly usdPerDay: number | null
}

export type Reservation =
  /** `settle`: the call has ended and has cost this much; null: as it was estimated. Once; later ones do nothing. */
  | { readonly kind: 'reserved'; settle(usd: number | null): void }
  /** No call may be made on account of what is spent and reserved: that of the rule, or of all rules together. */
  | { readonly kind: 'spent'; readonly by: 'rule' | 'process' }

/**
 * The money that calls may cost in a day, for each rule and for the process.
 *
 * Shape:  a call is made only when its estimate is left of both budgets, and holds it until its cost is known: however many
 *         are made at once, together they exceed a budget by no more than their estimates were too low.
 * Time:   the UTC day of `clock`. A call counts on the day on which it ends.
 * State:  one account for each of at most `rulesMax` rules, lost on restart: `restore` fills it again from what `own` was.
 */
export interface Budget {
  /** Of all rules together. */
  readonly state: BudgetState
  stateOf(ruleId: string): BudgetState
  /** `usd`: what the call is estimated to cost. */
  reserve(rule: RuleBudget, usd: number): Reservation
  /** What calls of this process have cost today; of rules that have no account of their own under the empty name. */
  readonly own: OwnSpending
  /** What was spent today by others, or before this process started. */
  restore(spent: readonly { readonly ruleId: string; readonly usd: number }[]): void
}

export interface OwnSpending {
  /** UTC, such as 2026-11-20. */
  readonly day: string
  /** In US dollars. */
  readonly usdByRule: ReadonlyMap<string, number>
}

const DAY_MS = 86_400_000

/** Keeps the books of one process. */
export function budget(options: BudgetOptions): Budget {
  const accounts = new Accounts(options)
  const warn = (account: BudgetAccount, ruleId: string | null) => {
    const warning = account.takeWarning()
    if (warning !== null) options.onWarned({ ruleId, ...warning })
  }
  const spend = (ruleId: string, account: BudgetAccount, usd: number) => {
    account.spend(usd)
    accounts.whole.spend(usd)
    warn(account, ruleId)
    warn(accounts.whole, null)
  }
  return {
    get state() {
      accounts.turnPage()
      return accounts.whole.state
    },
    get own() {
      accounts.turnPage()
      return accounts.own
    },
    stateOf(ruleId) {
      accounts.turnPage()
      return accounts.find(ruleId)?.state ?? 'open'
    },
    reserve(rule, usd) {
      accounts.turnPage()
      const account = accounts.open(rule.ruleId)
      account.limit(rule.usdPerDay)
      if (!account.reserve(usd)) return { kind: 'spent', by: 'rule' }
      if (!accounts.whole.reserve(usd)) {
        account.free(usd)
        return { kind: 'spent', by: 'process' }
      }
      let isUnderWay = true
      return {
        kind: 'reserved',
        settle(costUsd) {
          if (!isUnderWay) return
          isUnderWay = false
          accounts.turnPage()
          account.free(usd)
          accounts.whole.free(usd)
          spend(rule.ruleId, account, costUsd ?? usd)
          accounts.note(rule.ruleId, costUsd ?? usd)
        },
      }
    },
    restore(spent) {
      accounts.turnPage()
      for (const { ruleId, usd } of spent) spend(ruleId, accounts.open(ruleId), usd)
    },
  }
}

/** The accounts of one day. */
class Accounts {
  readonly whole: BudgetAccount
  private readonly others = new BudgetAccount(null)
  private readonly rules = new Map<string, BudgetAccount>()
  private readonly usdByRule = new Map<string, number>()
  private readonly options: BudgetOptions
  private day: number

  constructor(options: BudgetOptions) {
    this.options = options
    this.whole = new BudgetAccount(options.usdPerDay)
    this.day = dayOf(options.clock)
  }

  get own(): OwnSpending {
    return { day: new Date(this.day * DAY_MS).toISOString().slice(0, 10), usdByRule: this.usdByRule }
  }

  /** A call of this process has ended. */
  note(ruleId: string, usd: number): void {
    if (usd === 0) return
    const name = this.rules.has(ruleId) ? ruleId : ''
    this.usdByRule.set(name, (this.usdByRule.get(name) ?? 0) + usd)
  }

  find(ruleId: string): BudgetAccount | undefined {
    return this.rules.get(ruleId) ?? (this.isFull ? this.others : undefined)
  }

  open(ruleId: string): BudgetAccount {
    const found = this.find(ruleId)
    if (found !== undefined) return found
    const account = new BudgetAccount(null)
    this.rules.set(ruleId, account)
    return account
  }

  turnPage(): void {
    const today = dayOf(this.options.clock)
    // A clock that is set back does not give the money of a day twice.
    if (today <= this.day) return
    this.day = today
    this.usdByRule.clear()
    for (const [ruleId, account] of this.rules) if (account.isIdle) this.rules.delete(ruleId)
    for (const account of [this.whole, this.others, ...this.rules.values()]) account.turnPage()
  }

  private get isFull(): boolean {
    return this.rules.size >= this.options.rulesMax
  }
}

function dayOf(clock: TimestampProvider): number {
  return Math.floor(clock.now() / DAY_MS)
}
