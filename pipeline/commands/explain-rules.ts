import { asyncScheduler } from 'rxjs'
import { type Explanation, explainRule } from '../../operators/explaining/explain-rule.ts'
import type { Event } from '../../schemas/event.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Problem } from '../documents/problem.ts'
import { readDocuments } from '../documents/read-documents.ts'
import { readTextFile } from '../documents/read-text-file.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { givenEvent } from '../explaining/given-event.ts'
import { renderExplanation } from '../explaining/render-explanation.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'

export interface ExplainRulesOptions extends Pick<CommandContext, 'terminal' | 'json'> {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** The id of the only rule to explain. */
  readonly rule?: string | undefined
  /** A file with one event; `-` is the standard input. */
  readonly event: string
}

/** `rules explain`: why an event would match rules or not, condition by condition, without a model. */
export function explainRules(options: ExplainRulesOptions): number {
  const { paths, terminal, json } = options
  const loaded = loadRules(paths, { ids: 'optional' })
  if (loaded.problems.length > 0) return invalid(loaded.problems, options)
  const rules = loaded.rules.filter(({ rule_id }) => options.rule === undefined || rule_id === options.rule)
  if (rules.length === 0)
    return refuse(options, `there is no rule ${options.rule ?? ''} in ${paths.join(', ')}`)
  const event = readEvent(options.event)
  if (typeof event === 'string') return refuse(options, event)
  const explanations = rules.map(rule => explainRule(rule, event))
  if (json) for (const explanation of explanations) terminal.print(JSON.stringify(explanation))
  else print(explanations, options)
  return exitCode.done
}

function invalid(problems: readonly Problem[], { terminal }: ExplainRulesOptions): number {
  for (const problem of problems) terminal.note(renderProblem(problem))
  return problems.some(({ code }) => code === 'unreadable') ? exitCode.usage : exitCode.ruleInvalid
}

function refuse({ terminal }: ExplainRulesOptions, message: string): number {
  terminal.note(message)
  return exitCode.usage
}

/** The event, or what is wrong with it. */
function readEvent(file: string): Event | string {
  const [path, shownAs] = file === '-' ? ['/dev/stdin', 'the standard input'] : [file, file]
  const read = readTextFile(path, shownAs)
  if (!read.ok) return renderProblem(read.problem)
  const { documents, problems } = readDocuments(shownAs, read.text)
  const [first] = documents
  if (problems.length > 0) return problems.map(renderProblem).join('\n')
  if (first === undefined || documents.length > 1)
    return `${shownAs}: must hold one event, not ${documents.length}`
  const event = givenEvent(first.value, asyncScheduler.now())
  return event instanceof PipelineError ? `${shownAs}: ${event.message}` : event
}

/** Of several rules those for other event types are counted. */
function print(explanations: readonly Explanation[], { terminal }: ExplainRulesOptions): void {
  const hearing = explanations.filter(({ result }) => result !== 'other_event_type')
  const detailed = explanations.length === 1 ? explanations : hearing
  const texts = detailed.map(explanation => renderExplanation(explanation, terminal).join('\n'))
  const others = explanations.length - detailed.length
  if (others > 0) texts.push(`no match: ${others} rule${others === 1 ? '' : 's'} for other event types`)
  terminal.print(texts.join('\n\n'))
}
