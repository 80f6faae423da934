import { asyncScheduler } from 'rxjs'
import { type Explanation, explainRule } from '../../operators/explaining/explain-rule.ts'
import type { Event } from '../../schemas/event.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Problem } from '../documents/problem.ts'
import { readDocuments } from '../documents/read-documents.ts'
import { readTextFile } from '../documents/read-text-file.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { givenEvent } from '../explaining/given-event.ts'
import { renderExplanation } from '../explaining/render-explanation.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { printable } from '../terminal/printable.ts'
import type { RuleAccess } from './rules/rule-access.ts'
import { runOnRules } from './rules/run-on-rules.ts'

export interface ExplainRulesOptions extends CommandContext {
  /** Files and folders; with `url` the ids of rules. */
  readonly paths: readonly string[]
  /** Of a running process, whose rules are explained. */
  readonly url?: string | undefined
  /** The id of the only rule to explain. */
  readonly rule?: string | undefined
  /** A file with one event; `-` is the standard input. */
  readonly event: string
}

/** `rules explain`: why an event would match rules or not, condition by condition, without a model. */
export function explainRules(options: ExplainRulesOptions): Promise<number> {
  const { url } = options
  if (url === undefined) return Promise.resolve(explainFiles(options))
  return runOnRules({ ...options, url }, ({ using }) => using(access => explainRunning(access, options)))
}

function explainFiles(options: ExplainRulesOptions): number {
  const { paths } = options
  const loaded = loadRules(paths, { ids: 'optional' })
  if (loaded.problems.length > 0) return invalid(loaded.problems, options)
  const rules = loaded.rules.filter(({ rule_id }) => options.rule === undefined || rule_id === options.rule)
  if (rules.length === 0)
    return refuse(options, `there is no rule ${options.rule ?? ''} in ${paths.join(', ')}`)
  return explain(rules, options)
}

/** Here, by the rules as they are there. */
async function explainRunning(access: RuleAccess, options: ExplainRulesOptions): Promise<number> {
  const rules: Rule[] = []
  for (const ruleId of options.paths) {
    const rule = await access.get(ruleId)
    if (rule === undefined) {
      options.terminal.note(`no rule is named ${printable(ruleId)}`)
      return exitCode.failed
    }
    rules.push(rule)
  }
  return explain(rules, options)
}

function explain(rules: readonly Rule[], options: ExplainRulesOptions): number {
  const event = readEvent(options.event)
  if (typeof event === 'string') return refuse(options, event)
  const explanations = rules.map(rule => explainRule(rule, event))
  if (options.json)
    for (const explanation of explanations) options.terminal.print(JSON.stringify(explanation))
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
