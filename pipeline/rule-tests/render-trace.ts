import type { ClosedBy, Decision } from '../../schemas/decision.ts'
import { type Painter, renderParts } from '../explaining/render-parts.ts'
import { printable } from '../terminal/printable.ts'
import type { Trace, TracedCall, TracedEvents, TracedWindow } from './trace-run.ts'

/** Most windows that are shown, and most lines of a prompt. */
export const WINDOWS_SHOWN_MAX = 20
export const PROMPT_LINES_MAX = 16
const LINE_CHARACTERS_MAX = 300

const closings: Readonly<Record<ClosedBy, string>> = {
  event: 'with its event',
  size: 'by size',
  time: 'by time',
  tick: 'by a tick',
  pressure: 'early, since the lane was full',
  rule_change: 'by a change of the rule',
}

/** What each event of a test met, for people. */
export function renderTrace(trace: Trace, terminal: Painter): readonly string[] {
  const { events, events_omitted: omitted, windows } = trace
  const windowsLeft = windows.length - WINDOWS_SHOWN_MAX
  return [
    ...events.flatMap(group => eventLines(group, terminal)),
    ...(omitted > 0
      ? [terminal.paint('dim', `and events that differ from these, in ${omitted} groups`)]
      : []),
    ...windows.slice(0, WINDOWS_SHOWN_MAX).flatMap(window => windowLines(window, terminal)),
    ...(windowsLeft > 0 ? [terminal.paint('dim', `and ${windowsLeft} more windows`)] : []),
  ]
}

function eventLines(group: TracedEvents, terminal: Painter): readonly string[] {
  const { explanation, at, event_type } = group
  const head = `${at.padEnd(6)} ${numbers(group.first, group.last)} ${printable(event_type)}: ${fate(group, terminal)}`
  const parts = explanation.expression === null ? [] : renderParts(explanation.expression, terminal)
  return [head, ...parts.map(line => `       ${line}`)]
}

function numbers(first: number, last: number): string {
  return first === last ? `event ${first}` : `events ${first} to ${last}`
}

function fate({ explanation, window }: TracedEvents, terminal: Painter): string {
  if (window !== null) return `${terminal.paint('green', 'match')}, joined window ${window}`
  if (explanation.matches)
    return `${terminal.paint('yellow', 'dropped')}, its event_id was there before for this key`
  return `${terminal.paint('red', 'no match')}, ${printable(explanation.why)}`
}

function windowLines(window: TracedWindow, terminal: Painter): readonly string[] {
  const { decision, closed_at, calls } = window
  const { key, event_count: count } = decision
  const events = `${count} event${count === 1 ? '' : 's'}`
  const head = `window ${window.number}: ${printable(key)}, ${events}, closed ${closings[decision.closed_by]} at ${closed_at}`
  return [
    head,
    ...calls.flatMap(call => callLines(call, terminal)),
    `       outcome   ${outcome(decision, terminal)}`,
  ]
}

function callLines({ prompt, answer }: TracedCall, terminal: Painter): readonly string[] {
  const all = printable(prompt).split('\n')
  const left = all.length - PROMPT_LINES_MAX
  const shown = left > 0 ? [...all.slice(0, PROMPT_LINES_MAX), `and ${left} more lines`] : all
  const said =
    answer === null
      ? terminal.paint('red', 'nothing: the test has no answer left')
      : printable(answer).replaceAll(/\s+/g, ' ')
  return [
    ...shown.map(
      (line, index) => `       ${(index === 0 ? 'asked' : '').padEnd(10)}${terminal.paint('dim', cut(line))}`,
    ),
    `       answered  ${cut(said)}`,
  ]
}

function outcome({ outcome: name, confidence, reason, error }: Decision, terminal: Painter): string {
  const sure = confidence === null ? '' : ` ${confidence.toFixed(2)}`
  const words = reason ?? (error === null ? '' : `${error.code}: ${error.message}`)
  const colour = name === 'triggered' ? 'green' : name === 'undecided' ? 'red' : 'yellow'
  return `${terminal.paint(colour, name + sure)}${words === '' ? '' : `: ${cut(printable(words))}`}`
}

function cut(line: string): string {
  const characters = [...line]
  return characters.length <= LINE_CHARACTERS_MAX
    ? line
    : `${characters.slice(0, LINE_CHARACTERS_MAX - 1).join('')}…`
}
