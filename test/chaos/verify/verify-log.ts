import { checkAlerts } from './check-alerts.ts'
import { checkDeadLetters } from './check-dead-letters.ts'
import { checkDeciding } from './check-deciding.ts'
import { checkRouting, type Expectation } from './check-routing.ts'
import { checkWindows } from './check-windows.ts'
import type { CommittedLog } from './committed-log.ts'
import { violations, type Violations } from './violations.ts'

/** Accounts for every (rule, event) of a campaign: what is lost, what is there twice, what is not legal. */
export function verifyLog(log: CommittedLog, expected: Expectation): Violations {
  const found = violations()
  checkRouting(log, expected, found)
  checkDeciding(log, found)
  checkWindows(log.decisions, expected.rules, found)
  checkAlerts(log, found)
  checkDeadLetters(log, found)
  return found
}
