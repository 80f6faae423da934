import type { BacktestReport, RuleReport } from '../../../schemas/backtest/backtest-report.ts'
import { unanswered } from './unanswered.ts'
import { countText } from './words/count-text.ts'
import { evaluated } from './words/evaluated.ts'
import { shareText } from './words/share-text.ts'

/** What a reader must know so as not to take the numbers for more than they are. */
export interface ReportWarning {
  readonly text: string
  /** What can be done about it. */
  readonly advice: string | null
}

/** From this share on, events for which an expression has no answer are more than a few odd ones. */
const UNKNOWN_SHARE_MIN = 0.01
/** Rules of one kind that are named; the others are counted. */
const NAMED_RULES = 3

/** Everything about a run that makes its numbers less than they seem, the gravest first. */
export function reportWarnings(report: BacktestReport): readonly ReportWarning[] {
  return [
    ...answerWarnings(report),
    ...limitWarnings(report),
    ...undecidedWarnings(report),
    ...recordWarnings(report),
    ...ruleWarnings(report),
    ...boundWarnings(report),
  ]
}

function answerWarnings({ model, rules }: BacktestReport): readonly ReportWarning[] {
  const open = rules.reduce((sum, rule) => sum + unanswered(rule), 0)
  if (open === 0) return []
  const unknown = `what ${counted(open, 'window')} would have raised is not known`
  if (model.mode === 'none') {
    return [
      {
        text: `No model was asked: calls and cost are estimates, and ${unknown}.`,
        advice: 'Give recorded answers with --answers FILE, or ask with --model live.',
      },
    ]
  }
  return [
    {
      text: `${counted(model.answers.missing, 'call')} found no recorded answer: ${unknown}, nor what it would cost.`,
      advice:
        'Ask for them once with --model live --answers FILE; --budget-usd caps the cost, and the next run is free.',
    },
  ]
}

function limitWarnings({ queues, rules }: BacktestReport): readonly ReportWarning[] {
  const late = Object.entries(queues).filter(([, queue]) => queue.late > 0)
  const pressed = rules.reduce((sum, rule) => sum + (rule.closed_by.pressure ?? 0), 0)
  return [
    ...late.map(([model, queue]) => ({
      text: `${counted(queue.late, 'decision')} at ${model} came more than ${queue.late_after_seconds} s after the window had closed.`,
      advice:
        'Raise the limits of the model, ask less (a filter, larger windows), or give urgent rules a call_priority.',
    })),
    ...(pressed === 0
      ? []
      : [
          {
            text: `${counted(pressed, 'window')} closed early because a lane was full.`,
            advice: 'See lanes.* in the configuration.',
          },
        ]),
  ]
}

const undecidedAdvice: Readonly<Record<string, string>> = {
  budget_spent: 'The money was spent: raise --budget-usd, or the budget of the model or the rule.',
  answer_invalid: 'The model does not keep to the form of the answer: try another model.',
  answer_truncated: 'The answer was cut: raise output_tokens_max of the model.',
  model_unavailable: 'The model could not be had within hold_seconds.',
}

function undecidedWarnings({ rules }: BacktestReport): readonly ReportWarning[] {
  const byCode = new Map<string, number>()
  for (const { errors } of rules) {
    for (const [code, count] of Object.entries(errors)) byCode.set(code, (byCode.get(code) ?? 0) + count)
  }
  return [...byCode]
    .filter(([code]) => unanswered({ errors: { [code]: 1 } }) === 0)
    .map(([code, count]) => ({
      text: `${counted(count, 'window')} got no verdict: ${code}.`,
      advice: undecidedAdvice[code] ?? null,
    }))
}

function recordWarnings({ recording, events }: BacktestReport): readonly ReportWarning[] {
  const skipped = Object.entries(recording.skipped)
  const dead = Object.entries(events.dead_lettered)
  const list = (counts: readonly (readonly [string, number])[]) =>
    counts.map(([reason, count]) => `${reason} ${countText(count)}`).join(', ')
  const total = (counts: readonly (readonly [string, number])[]) =>
    counts.reduce((sum, [, count]) => sum + count, 0)
  return [
    ...(total(skipped) === 0
      ? []
      : [
          {
            text: `${counted(total(skipped), 'line')} of the recording passed over: ${list(skipped)}.`,
            advice: 'What they held is not in these numbers.',
          },
        ]),
    ...(recording.late_records === 0
      ? []
      : [
          {
            text: `${counted(recording.late_records, 'record')} older than one before: played as soon as they could.`,
            advice: null,
          },
        ]),
    ...(total(dead) === 0
      ? []
      : [
          {
            text: `${counted(total(dead), 'record')} sent to the dead-letter topic: ${list(dead)}.`,
            advice: null,
          },
        ]),
  ]
}

function ruleWarnings({ rules, events }: BacktestReport): readonly ReportWarning[] {
  if (events.total === 0) {
    return [{ text: 'No event was played.', advice: 'See sources in the configuration, --from and --to.' }]
  }
  return [
    ruleWarning(
      rules.filter(rule => evaluated(rule).events === 0),
      names => `${names} saw no event: none has one of the event_types.`,
    ),
    ruleWarning(rules.filter(hasManyUnknown), (names, [first]) => {
      const { evaluations } = first
      const share = shareText(evaluations.unknown, evaluated(first).events)
      return `${names}: events lack a field that the expression needs (${share} of those of ${first.rule_id}).`
    }),
    ruleWarning(
      rules.filter(({ evaluations }) => evaluations.no_key > 0),
      names => `${names}: events lack a field of group_by, and were not looked at.`,
    ),
  ].flatMap(warning => warning ?? [])
}

function hasManyUnknown(rule: RuleReport): boolean {
  const { events } = evaluated(rule)
  return events > 0 && rule.evaluations.unknown / events >= UNKNOWN_SHARE_MIN
}

function ruleWarning(
  rules: readonly RuleReport[],
  textOf: (names: string, rules: readonly [RuleReport]) => string,
): ReportWarning | null {
  const [first] = rules
  if (first === undefined) return null
  const named = rules.slice(0, NAMED_RULES).map(({ rule_id }) => rule_id)
  const others = rules.length - named.length
  const names = others > 0 ? `${named.join(', ')} and ${others} more` : named.join(', ')
  return { text: textOf(names, [first]), advice: null }
}

function boundWarnings({ days_omitted, days }: BacktestReport): readonly ReportWarning[] {
  if (days_omitted === 0) return []
  const text = `Only the first ${days.length} days are told apart; the totals hold ${counted(days_omitted, 'day')} more.`
  return [{ text, advice: null }]
}

function counted(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`
}
