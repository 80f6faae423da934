import type { Decision } from '../../../schemas/decision.ts'
import type { Incarnation } from '../incarnation.ts'
import type { Asked } from '../moody-model.ts'
import type { View } from './view.ts'

/**
 * I7: a committed decision names the requests that its owner sent for its window, a trigger repeats what the model said, and
 * each request is reported as ended once.
 */
export function* requestsAccounted(view: View): Generator<string> {
  const { simulation, account } = view
  for (const { incarnation, decisions } of account.fresh) {
    for (const decision of decisions) yield* decisionAccounted(decision, incarnation, view)
  }
  for (const { name, sent, reported, inFlight } of simulation.incarnations) {
    if (sent !== reported + inFlight) {
      yield `${name} sent ${sent} requests, ${reported} are reported as ended and ${inFlight} under way`
    }
  }
}

function* decisionAccounted(decision: Decision, incarnation: Incarnation, view: View): Generator<string> {
  const { decision_id, attempts, outcome, confidence } = decision
  const { sent, yes } = askedFor(decision, incarnation, view)
  if (attempts !== sent) yield `decision ${decision_id} names ${attempts} requests, ${sent} were sent`
  // Without a confidence the expression alone has triggered, or `on_failure`.
  if (outcome !== 'triggered' || confidence === null) return
  const reason = decision.reason ?? ''
  if (!yes.has(reason)) yield `decision ${decision_id} triggers for "${reason}", which the model did not say`
}

const nothing: Pick<Asked, 'sent' | 'yes'> = { sent: 0, yes: new Set() }

/** What the owner asked about the window that begins with the decision's first event. */
function askedFor({ rule_id, events }: Decision, incarnation: Incarnation, { simulation, account }: View) {
  const [first] = events
  if (first === undefined) return nothing
  const event = account.expected.get(`${rule_id}|${first.partition}|${first.offset}`)?.event
  return (event && simulation.model.about(incarnation, rule_id, event.n)) ?? nothing
}
