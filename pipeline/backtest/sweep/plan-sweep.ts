import type { Rule } from '../../../schemas/rule.ts'
import type { Finding } from '../../documents/finding.ts'
import { checkRuleValue, type CheckRuleOptions } from '../../rule-files/check-rule-value.ts'
import type { SweepParameter, SweptValue } from './parse-sweep-parameter.ts'

/** The rules of one run of a sweep. */
export interface PlannedRun {
  /** By the name of the parameter. */
  readonly values: Readonly<Record<string, SweptValue>>
  readonly rules: readonly Rule[]
}

export interface PlannedSweep {
  readonly runs: readonly PlannedRun[]
  /** What is wrong with the parameters, all of it; then there are no runs. */
  readonly problems: readonly string[]
}

export interface PlanSweepOptions extends Pick<CheckRuleOptions, 'models'> {
  readonly runsMax?: number
}

/** Most runs of one sweep. */
export const SWEEP_RUNS_MAX = 100

/** The rules with each value of each parameter in turn, the last parameter's values changing first. */
export function planSweep(
  rules: readonly Rule[],
  parameters: readonly SweepParameter[],
  { runsMax = SWEEP_RUNS_MAX, ...options }: PlanSweepOptions,
): PlannedSweep {
  const count = parameters.reduce((product, { values }) => product * values.length, 1)
  if (count > runsMax) {
    return { runs: [], problems: [`--sweep: these are ${count} runs, at most ${runsMax} are made`] }
  }
  const unused = parameters.flatMap(parameter => unusedProblem(rules, parameter))
  if (unused.length > 0) return { runs: [], problems: unused }
  const problems = new Set<string>()
  const runs = combinations(parameters).map(values => {
    const changed = rules.map(rule => changeRule(rule, givenOf(rule, parameters, values), options))
    for (const { wrong } of changed) for (const problem of wrong) problems.add(problem)
    return { values, rules: changed.map(({ rule }) => rule) }
  })
  return problems.size === 0 ? { runs, problems: [] } : { runs: [], problems: [...problems] }
}

interface ChangedRule {
  readonly rule: Rule
  readonly wrong: readonly string[]
}

/** A rule with other values, checked as if they were in its file. */
function changeRule(
  { tests: _tests, ...rule }: Rule,
  given: readonly Given[],
  options: Pick<CheckRuleOptions, 'models'>,
): ChangedRule {
  if (given.length === 0) return { rule, wrong: [] }
  const { rule_config } = rule
  const swept = Object.fromEntries(given.map(({ field, value }) => [field, value]))
  const value = {
    ...rule,
    rule_config: { ...rule_config, llm_config: { ...rule_config.llm_config, ...swept } },
  }
  const checked = checkRuleValue(value, { ids: 'required', ...options })
  if (checked.rule !== undefined) return { rule: checked.rule, wrong: [] }
  return { rule, wrong: checked.findings.map(finding => problemOf(finding, given)) }
}

/** Named by the parameter that is to blame where it can be told, so that one value is told once. */
function problemOf({ path, message }: Finding, given: readonly Given[]): string {
  const blamed = given.filter(({ field }) => field === path.at(-1))
  const words = (blamed.length > 0 ? blamed : given).map(({ name, value }) => `${name}=${String(value)}`)
  return `--sweep ${words.join(' ')}: ${path.join('.')}: ${message}`
}

interface Given {
  readonly name: string
  readonly field: string
  readonly value: SweptValue
}

/** Fields that only rules of one mode have. */
const modeOfField: Readonly<Record<string, string>> = {
  batch_size: 'batch',
  max_wait_seconds: 'batch',
  interval_seconds: 'interval',
}

/** Whether a field is changed in a rule: that of a mode where it is the rule's, unless the rule is named. */
function isFor({ rule_id, rule_config }: Rule, { ruleId, field }: SweepParameter): boolean {
  const { llm_config } = rule_config
  if (ruleId !== null) return ruleId === rule_id
  if (llm_config === undefined) return false
  const mode = modeOfField[field]
  return mode === undefined || mode === llm_config.trigger_mode
}

function unusedProblem(rules: readonly Rule[], parameter: SweepParameter): readonly string[] {
  if (rules.some(rule => isFor(rule, parameter))) return []
  const { name, ruleId, field } = parameter
  if (ruleId !== null) return [`--sweep ${name}: there is no rule with the id ${ruleId}`]
  const mode = modeOfField[field]
  return [`--sweep ${name}: no rule ${mode === undefined ? 'asks a model' : `has trigger_mode: ${mode}`}`]
}

function givenOf(
  rule: Rule,
  parameters: readonly SweepParameter[],
  values: PlannedRun['values'],
): readonly Given[] {
  return parameters.flatMap(parameter => {
    const { name, field } = parameter
    const value = values[name]
    return value === undefined || !isFor(rule, parameter) ? [] : [{ name, field, value }]
  })
}

function combinations(parameters: readonly SweepParameter[]): readonly PlannedRun['values'][] {
  let all: readonly PlannedRun['values'][] = [{}]
  for (const { name, values } of parameters) {
    all = all.flatMap(one => values.map(value => ({ ...one, [name]: value })))
  }
  return all
}
