import type { AskModel } from '../../operators/asking/model.ts'
import type { Rule } from '../../schemas/rule.ts'
import { loadConfig } from '../config/load-config.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { loadRules, type LoadedRules } from '../rule-files/load-rules.ts'
import { configuredModel } from '../rule-tests/configured-model.ts'
import { liveModel } from '../rule-tests/live-model.ts'
import { renderTrace } from '../rule-tests/render-trace.ts'
import { runRuleTests, type TestResult } from '../rule-tests/run-rule-tests.ts'
import { traceRun } from '../rule-tests/trace-run.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { printable } from '../terminal/printable.ts'

export interface TestRulesOptions extends CommandContext {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** Only tests whose name contains it. */
  readonly only?: string | undefined
  /** Show what each event met, also of tests that pass. */
  readonly trace: boolean
  /** Ask the configured models in place of the answers of the tests. */
  readonly live: boolean
}

/** How long a test may take that asks a model. */
const LIVE_WALL_MS_MAX = 600_000

/** `rules test`: runs the tests beside the rules, in virtual time, and without a model unless it is to be asked. */
export async function testRules(options: TestRulesOptions): Promise<number> {
  const { paths, terminal } = options
  const loaded = loadRules(paths, { ids: 'optional' })
  if (loaded.problems.length > 0) return refused(loaded, options)
  const models = liveModels(loaded.rules, options)
  if (models === null) return exitCode.usage
  const ran: RuleResults[] = []
  for (const rule of loaded.rules) ran.push({ rule, results: await runRule(rule, models.get(rule), options) })
  terminal.print(options.json ? JSON.stringify(asJson(ran, options)) : `\n${totalWords(ran)}`)
  return countFailed(ran) > 0 ? exitCode.assertionFailed : exitCode.done
}

async function runRule(
  rule: Rule,
  ask: AskModel | undefined,
  options: TestRulesOptions,
): Promise<readonly TestResult[]> {
  const results: TestResult[] = []
  if (!options.json) options.terminal.print(headOf(rule))
  const optionsOf = () => (ask === undefined ? {} : { model: liveModel(ask), wallMsMax: LIVE_WALL_MS_MAX })
  for await (const result of runRuleTests(rule, { only: options.only, optionsOf })) {
    results.push(result)
    if (!options.json) printResult(rule, result, options)
  }
  return results
}

/** The model of each rule that asks one, where models are to be asked; null where one cannot be, which is said. */
function liveModels(rules: readonly Rule[], options: TestRulesOptions): ReadonlyMap<Rule, AskModel> | null {
  const { configPath, environment, terminal } = options
  const models = new Map<Rule, AskModel>()
  if (!options.live) return models
  const loaded = loadConfig({ path: configPath, environment })
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.note(renderProblem(problem))
    return null
  }
  for (const rule of rules.filter(({ rule_config }) => rule_config.llm_config !== undefined)) {
    const ask = configuredModel(loaded.config, rule)
    if (ask === undefined) {
      terminal.note(`${rule.rule_id}: no model that can be asked is configured for it in ${loaded.file}`)
      return null
    }
    models.set(rule, ask)
  }
  return models
}

interface RuleResults {
  readonly rule: Rule
  readonly results: readonly TestResult[]
}

function refused({ problems, files }: LoadedRules, { terminal, json }: TestRulesOptions): number {
  if (json) {
    const shown = problems.map(({ sourceLine: _sourceLine, ...problem }) => problem)
    terminal.print(JSON.stringify({ passed: 0, failed: 0, rules: [], problems: shown }))
  } else for (const problem of problems) terminal.note(renderProblem(problem))
  const unreadable = files.length === 0 || problems.some(({ code }) => code === 'unreadable')
  return unreadable ? exitCode.usage : exitCode.ruleInvalid
}

function headOf({ rule_id, name, tests = [] }: Rule): string {
  return `${rule_id}, ${printable(name)}${tests.length === 0 ? ': no tests' : ''}`
}

function printResult(
  rule: Rule,
  { test, run, failures }: TestResult,
  { terminal, trace }: TestRulesOptions,
): void {
  const passed = failures.length === 0
  terminal.print(
    `  ${passed ? terminal.paint('green', 'ok  ') : terminal.paint('red', 'FAIL')}  ${printable(test.name)}`,
  )
  for (const { path, message } of failures) terminal.print(`        ${path}: ${printable(message)}`)
  if (run === null || (passed && !trace)) return
  for (const line of renderTrace(traceRun(rule, run), terminal)) terminal.print(`        ${line}`)
}

function asJson(ran: readonly RuleResults[], { trace }: TestRulesOptions) {
  const failed = countFailed(ran)
  const rules = ran.map(({ rule, results }) => ({
    rule_id: rule.rule_id,
    tests: results.map(({ test, run, failures }) => ({
      name: test.name,
      passed: failures.length === 0,
      failures,
      ...(run !== null && {
        alerts: run.alerts,
        model_calls: run.model_calls,
        decisions: run.decisions,
        ...(trace && { trace: traceRun(rule, run) }),
      }),
    })),
  }))
  return { passed: countAll(ran) - failed, failed, rules, problems: [] }
}

function totalWords(ran: readonly RuleResults[]): string {
  const [all, failed] = [countAll(ran), countFailed(ran)]
  const untested = ran.filter(({ rule }) => (rule.tests ?? []).length === 0).length
  const without = untested === 0 ? '' : `, ${counted(untested, 'rule')} without tests`
  if (all === 0) return `no test was run${without}`
  const words = failed === 0 ? 'all passed' : `${failed} failed`
  return `${counted(all, 'test')} of ${counted(ran.length - untested, 'rule')}: ${words}${without}`
}

function countAll(ran: readonly RuleResults[]): number {
  return ran.reduce((sum, { results }) => sum + results.length, 0)
}

function countFailed(ran: readonly RuleResults[]): number {
  return ran.reduce(
    (sum, { results }) => sum + results.filter(({ failures }) => failures.length > 0).length,
    0,
  )
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
