import type { CampaignRule, WindowLaw } from '../campaign-rules.ts'
import { saysYes } from '../campaign-rules.ts'
import type { DecisionRecord } from './committed-log.ts'
import type { Violations } from './violations.ts'

/** The only errors that a campaign makes: a model that garbles its answers. */
const expectedErrors = ['answer_invalid', 'answer_truncated']

/** A record may become visible so long after its append: its transaction lasts at most until it times out. A tick in between closes without it. */
const IN_FLIGHT_MS_MAX = 15_000

/** As the documentation has it. */
const WINDOW_EVENTS_MAX = 1000

/** Every decision is of a window that its rule allows, and says what the model was scripted to say of it. */
export function checkWindows(
  decisions: readonly DecisionRecord[],
  rules: readonly CampaignRule[],
  found: Violations,
): void {
  const phaseOf = new Map<string, number>()
  for (const decision of decisions) {
    const rule = rules.find(({ id }) => id === decision.rule_id)
    const faults = rule === undefined ? ['no such rule'] : faultsOf(decision, rule.window, phaseOf)
    const brief = { ...decision, events: decision.events.map(({ event_id }) => event_id) }
    for (const fault of faults) found.add('illegal', `window: ${fault}: ${JSON.stringify(brief)}`)
  }
}

function faultsOf(decision: DecisionRecord, law: WindowLaw, phaseOf: Map<string, number>): readonly string[] {
  const { event_count, events, opened_at } = decision
  const shape = law.mode === 'event' ? eventFaults(decision) : timedFaults(decision, law, phaseOf)
  return [
    ...(event_count === events.length ? [] : ['event_count is not the number of its events']),
    ...(opened_at === events[0]?.arrived_at ? [] : ['it did not open with its first event']),
    ...shape,
    ...outcomeFaults(decision, law),
  ]
}

function eventFaults({ closed_by, event_count }: DecisionRecord): readonly string[] {
  return closed_by === 'event' && event_count === 1 ? [] : ['it is not one event']
}

function timedFaults(
  decision: DecisionRecord,
  law: Exclude<WindowLaw, { mode: 'event' }>,
  phaseOf: Map<string, number>,
): readonly string[] {
  const { closed_by, events, closed_at, opened_at } = decision
  const openMs = Date.parse(closed_at) - Date.parse(opened_at)
  const byItsEvents = closed_by === 'size' || closed_by === 'pressure'
  const late = events.filter(({ arrived_at }) => !byItsEvents && arrived_at >= closed_at)
  const faults = late.map(({ event_id }) => `${event_id} arrived when it was closed`)
  if (law.mode === 'batch') return [...faults, ...batchFaults(decision, law, openMs)]
  if (closed_by === 'pressure') return fullFaults(decision)
  if (closed_by !== 'tick') faults.push('it was not closed by a tick')
  if (openMs > law.periodMs + IN_FLIGHT_MS_MAX) faults.push(`it was open for ${openMs} ms`)
  const phase = Date.parse(closed_at) % law.periodMs
  const name = `${decision.rule_id}|${decision.key}`
  if ((phaseOf.get(name) ?? phase) !== phase) faults.push('its tick is out of phase')
  phaseOf.set(name, phase)
  return faults
}

/** In a backlog an interval ends early with its thousandth event; the lanes of a campaign never hold so much that they are relieved. */
function fullFaults({ event_count, events, closed_at }: DecisionRecord): readonly string[] {
  const arrivals = events.map(({ arrived_at }) => arrived_at).toSorted()
  return event_count === WINDOW_EVENTS_MAX && closed_at === arrivals.at(-1)
    ? []
    : [`it was closed by pressure with ${event_count} events`]
}

function batchFaults(
  { closed_by, event_count }: DecisionRecord,
  { size, waitMs }: { readonly size: number; readonly waitMs: number },
  openMs: number,
): readonly string[] {
  if (event_count > size) return [`it has ${event_count} events`]
  if (closed_by === 'size')
    return event_count === size && openMs <= waitMs ? [] : ['it was closed by size too early or too late']
  if (closed_by === 'time')
    return openMs === waitMs && event_count < size ? [] : [`it was closed by time after ${openMs} ms`]
  return [`it was closed by ${closed_by}`]
}

function outcomeFaults(decision: DecisionRecord, law: WindowLaw): readonly string[] {
  const { outcome, attempts } = decision
  if (law.mode === 'event' && !law.asked) {
    return outcome === 'triggered' && attempts === 0 ? [] : ['a traditional rule triggers, without a model']
  }
  if (attempts === 0) return ['no model was asked']
  return outcome === 'undecided' ? undecidedFaults(decision) : answerFaults(decision)
}

function undecidedFaults({ error }: DecisionRecord): readonly string[] {
  const code = error?.code ?? 'nothing'
  return expectedErrors.includes(code) ? [] : [`undecided by ${code}`]
}

function answerFaults({ events, outcome }: DecisionRecord): readonly string[] {
  const lastN = Number(events.at(-1)?.event_id.slice('e-'.length))
  const said = saysYes(lastN) ? 'triggered' : 'not_triggered'
  return outcome === said ? [] : [`the model said ${said}`]
}
