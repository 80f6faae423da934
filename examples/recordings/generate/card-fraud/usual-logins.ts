import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission } from '../generated-day.ts'
import { hourly } from '../hourly.ts'
import { moments } from '../moments.ts'
import { accountEvent } from './account-event.ts'
import type { Customer } from './customers.ts'

const EVERY_SECONDS = 70
const MINUTE_MS = 60_000
const busyness = [
  0.3, 0.2, 0.1, 0.1, 0.2, 0.5, 0.9, 1.2, 1.1, 1, 1, 1.1, 1.4, 1.2, 1, 1, 1.1, 1.3, 1.5, 1.7, 1.7, 1.5, 1,
  0.6,
]

/** Logins of all day; a few of them with a new device, and a few that change a password or an address. */
export function usualLogins(day: Day, seed: number, all: readonly Customer[]): readonly Emission[] {
  const dice = new Dice(seed, 'usual logins')
  const busy = hourly(day, busyness)
  const span = { fromMs: day.startMs, toMs: day.endMs - 10 * MINUTE_MS, jitter: 0.9 }
  return moments(dice, { ...span, everySeconds: atMs => EVERY_SECONDS / busy(atMs) }).flatMap(atMs => {
    const { account, home } = dice.pick(all)
    const knownDevice = dice.chance(0.97)
    const at = { account, country: home, home, knownDevice }
    const login = accountEvent({ ...at, type: 'login', atMs })
    if (!dice.chance(0.06)) return [login]
    const type = dice.pick(['password_changed', 'address_changed', 'payout_changed'] as const)
    // Nobody sends his money elsewhere from a device that he has had for a minute.
    if (type === 'payout_changed' && !knownDevice) return [login]
    return [login, accountEvent({ ...at, type, atMs: atMs + Math.round(dice.between(0.5, 3) * MINUTE_MS) })]
  })
}
