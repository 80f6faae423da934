import type { Alert } from '../../schemas/alert.ts'
import type { DemoTally, RuleTally, WindowTally } from './demo-tally.ts'
import { describeDecision } from './describe-decision.ts'
import { type Paint, paintLine, type Span, type Style } from './paint-line.ts'

export interface DemoViewOptions {
  readonly columns: number
  readonly rows: number
  readonly paint: Paint
  /** Recorded time, epoch milliseconds: now, of the first record and of the last. */
  readonly nowMs: number
  readonly startMs: number
  readonly endMs: number
  readonly speed: number | 'max'
}

/** Lines that the view always has: the head, what arrived, and a title for each of four parts. */
const FIXED_LINES = 6
/** As many windows are open at once in the recording of the demo. */
const WINDOW_LINES = 5
const DECISION_LINES = 2
/** From so many rows on there is a blank line above each title. */
const ROOMY_ROWS = 32
const BAR_COLUMNS = 18

type Line = readonly Span[]

/** Draws the demo as it stands: at most `rows` lines of at most `columns` characters. */
export function demoView(tally: DemoTally, options: DemoViewOptions): readonly string[] {
  const { columns, rows, paint } = options
  const gap: readonly Line[] = rows < ROOMY_ROWS ? [] : [[]]
  const left = rows - FIXED_LINES - 4 * gap.length - tally.rules.size - WINDOW_LINES
  // Half of what is left for each: two lines for a decision, one for an alert.
  const decisions = Math.max(1, Math.floor(left / 2 / DECISION_LINES))
  const alerts = Math.max(1, left - decisions * DECISION_LINES)
  const lines: readonly Line[] = [
    headLine(options),
    arrivedLine(tally),
    ...gap,
    title(`${'RULE'.padEnd(15)} ${'TYPE'.padEnd(21)}  ARRIVED  FILTERED  PASSED  ALERTS`),
    ...[...tally.rules.values()].map(ruleLine),
    ...gap,
    title(`${'WINDOW'.padEnd(15)} KEY`),
    ...bounded(windowLines(tally, options), WINDOW_LINES),
    ...gap,
    title(modelTitle(tally)),
    ...bounded(decisionLines(tally, decisions), decisions * DECISION_LINES),
    ...gap,
    title(`ALERTS ${tally.alerts.length}`),
    ...tally.alerts.slice(-alerts).map(alertLine),
  ]
  return lines.slice(0, rows).map(line => paintLine([' ', ...line], columns, paint))
}

function headLine({ nowMs, startMs, endMs, speed, columns }: DemoViewOptions): Line {
  const part = Math.min(1, (nowMs - startMs) / Math.max(1, endMs - startMs))
  const pace = speed === 'max' ? 'as fast as it can' : `${speed} times as fast`
  const time = `${minutes(Math.min(nowMs, endMs) - startMs)} of ${minutes(endMs - startMs)}`
  const width = Math.max(5, Math.min(BAR_COLUMNS, columns - 60))
  return [
    { text: 'llmtrigger demo', style: 'bold' },
    `  ${clockTime(nowMs)}  `,
    ...bar(part, width, 'cyan'),
    `  ${time}, ${pace}`,
  ]
}

function arrivedLine({ arrived }: DemoTally): Line {
  const total = [...arrived.values()].reduce((sum, count) => sum + count, 0)
  const types = [...arrived].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, count]) => `${type} ${count}`)
  return [{ text: `${total} events`, style: 'bold' }, ` arrived: ${types.join(', ')}`]
}

function title(text: string): Line {
  return [{ text, style: 'bold' }]
}

function ruleLine({ rule, evaluated, passed, alerts }: RuleTally): Line {
  const counts = [
    `${evaluated}`.padStart(7),
    `${evaluated - passed}`.padStart(8),
    `${passed}`.padStart(6),
  ].join('  ')
  const alerted = `${alerts}`.padStart(6)
  return [
    `${rule.rule_id.padEnd(15)} `,
    `${ruleWords(rule).padEnd(21)}  ${counts}  `,
    alerts === 0 ? alerted : { text: alerted, style: 'red' },
  ]
}

function ruleWords({ rule_config: { rule_type, llm_config } }: RuleTally['rule']): string {
  const mode = llm_config?.trigger_mode
  if (mode === 'batch') return `${rule_type} batch ${llm_config?.batch_size}/${llm_config?.max_wait_seconds}s`
  return mode === 'interval' ? `${rule_type} each ${llm_config?.interval_seconds}s` : rule_type
}

function windowLines({ windows }: DemoTally, { nowMs }: DemoViewOptions): readonly Line[] {
  return [...windows.values()]
    .filter(({ decided }) => !decided)
    .sort((a, b) => (windowName(a) < windowName(b) ? -1 : 1))
    .map(window => [
      `${window.ruleId.padEnd(15)} ${window.key.padEnd(8)}  `,
      ...windowBar(window, nowMs),
      `  ${windowWords(window, nowMs)}`,
    ])
}

function windowName({ ruleId, key }: WindowTally): string {
  return `${ruleId}|${key}`
}

function isClosed({ count, sizeMax, dueMs }: WindowTally, nowMs: number): boolean {
  return count === sizeMax || nowMs >= dueMs
}

/** By its size, where it has one; else by its time. */
function windowBar(window: WindowTally, nowMs: number): Line {
  const { count, sizeMax, openedAtMs, dueMs } = window
  const part = sizeMax === null ? (nowMs - openedAtMs) / (dueMs - openedAtMs) : count / sizeMax
  return bar(part, BAR_COLUMNS, isClosed(window, nowMs) ? 'magenta' : 'cyan')
}

function windowWords(window: WindowTally, nowMs: number): string {
  const { count, sizeMax, mode, dueMs } = window
  const full = sizeMax === null ? `${count}` : `${count} of ${sizeMax}`
  const events = `${full} event${full === '1' ? '' : 's'}`.padEnd(16)
  if (isClosed(window, nowMs)) return `${events}asking the model`
  const seconds = Math.ceil((dueMs - nowMs) / 1000)
  return `${events}${mode === 'interval' ? 'tick' : 'closes'} in ${`${seconds}`.padStart(2)} s`
}

function modelTitle({ calls, tokens, costUsd }: DemoTally): string {
  return `MODEL simulated: ${calls} calls, ${tokens.input + tokens.output} tokens, $${costUsd.toFixed(4)}`
}

function decisionLines({ decisions }: DemoTally, count: number): readonly Line[] {
  const judged = decisions.filter(({ model }) => model !== null)
  return judged.slice(-count).flatMap((decision): readonly Line[] => {
    const { time, subject, closed, verdict, reason } = describeDecision(decision)
    return [
      [`${time} asked: `, { text: subject, style: 'bold' }, `, ${closed}`],
      [`${' '.repeat(time.length)} said:  `, verdict, `: ${reason}`],
    ]
  })
}

function alertLine({ raised_at, rule_id, key, confidence, reason }: Alert): Line {
  const sure = confidence === null ? '    ' : confidence.toFixed(2)
  return [
    `${raised_at.slice(11, 19)} `,
    { text: `${rule_id.padEnd(13)} ${key.padEnd(7)}`, style: 'red' },
    ` ${sure} ${reason ?? ''}`,
  ]
}

function bar(part: number, width: number, style: Style): Line {
  const full = Math.round(Math.max(0, Math.min(1, part)) * width)
  return [
    { text: '█'.repeat(full), style },
    { text: '░'.repeat(width - full), style: 'dim' },
  ]
}

/** Exactly so many lines, so that what is below stays in its place. */
function bounded(lines: readonly Line[], count: number): readonly Line[] {
  if (lines.length > count) return [...lines.slice(0, count - 1), [`and ${lines.length - count + 1} more`]]
  return [...lines, ...Array.from({ length: count - lines.length }, (): Line => [])]
}

function clockTime(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(11, 19)
}

function minutes(spanMs: number): string {
  const seconds = Math.round(spanMs / 1000)
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`
}
