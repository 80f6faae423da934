import { failingTests } from '../../rule-tests/failing-tests.ts'
import { renderProblem } from '../../documents/render-problem.ts'
import { type LoadedRules, loadRules } from '../../rule-files/load-rules.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import { printable } from '../../terminal/printable.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { mayChange } from './may-change.ts'
import { planRules, type PlannedRule } from './plan-rules.ts'
import { renderChanges } from './render-changes.ts'
import type { RuleAccess } from './rule-access.ts'
import { type RulesCommand, runOnRules } from './run-on-rules.ts'

export interface ApplyRulesOptions extends RulesCommand {
  /** Files and folders. */
  readonly paths: readonly string[]
  readonly dryRun: boolean
  readonly yes: boolean
  /** Also rules whose own tests fail. */
  readonly force: boolean
}

/** `rules apply`: makes the rules what files say, and shows before what that changes. */
export function applyRules(options: ApplyRulesOptions): Promise<number> {
  return runOnRules(options, ({ models, using }) => {
    const loaded = loadRules(options.paths, { ids: 'required', ...models })
    if (loaded.problems.length > 0 || loaded.files.length === 0)
      return Promise.resolve(refuse(loaded, options.terminal))
    return using(access => apply(access, loaded, options))
  })
}

function refuse({ problems, files }: LoadedRules, terminal: Terminal): number {
  for (const problem of problems) terminal.note(renderProblem(problem))
  if (files.length === 0) terminal.note('there is no *.yaml, *.yml or *.json in what was named')
  terminal.note('nothing was changed')
  const isUnread = files.length === 0 || problems.some(({ code }) => code === 'unreadable')
  return isUnread ? exitCode.usage : exitCode.ruleInvalid
}

async function apply(
  access: RuleAccess,
  { rules }: LoadedRules,
  options: ApplyRulesOptions,
): Promise<number> {
  const { dryRun, json, terminal } = options
  const plan = planRules(rules, await access.all())
  const summary = summaryOf(plan)
  if (!json) for (const planned of plan) terminal.print(rendered(planned, terminal))
  if (await isRefused(plan, options)) return exitCode.ruleInvalid
  const isAgreed = dryRun || (await write(access, plan, options))
  if (!isAgreed) return exitCode.failed
  if (json) terminal.print(JSON.stringify({ dry_run: dryRun, rules: plan.map(documentOf) }))
  terminal.note(dryRun ? `would be: ${summary}; nothing was changed` : `applied: ${summary}`)
  return exitCode.done
}

/** Runs the own tests of the rules that are to be written, unless that is forced; true where some fail. */
async function isRefused(
  plan: readonly PlannedRule[],
  { force, terminal }: ApplyRulesOptions,
): Promise<boolean> {
  if (force) return false
  let isFailing = false
  for (const { ruleId, after, result } of plan) {
    if (result === 'unchanged') continue
    for (const { path, message } of await failingTests(after)) {
      terminal.note(printable(`${ruleId}: ${path}: ${message}`))
      isFailing = true
    }
  }
  if (isFailing)
    terminal.note('tests of the rules fail, and nothing was changed: --force writes them all the same')
  return isFailing
}

/** False where a person does not want it. */
async function write(
  access: RuleAccess,
  plan: readonly PlannedRule[],
  options: ApplyRulesOptions,
): Promise<boolean> {
  const changes = plan.filter(({ result }) => result !== 'unchanged')
  if (changes.length === 0) return true
  const isAgreed = await mayChange(`${summaryOf(plan)}: apply?`, options)
  if (isAgreed) await access.write(changes, { isForced: options.force })
  return isAgreed
}

const colours = { created: 'green', changed: 'yellow', unchanged: 'dim' } as const

function rendered({ ruleId, result, version, changes }: PlannedRule, terminal: Terminal): string {
  const word = terminal.paint(colours[result], result.padEnd(9))
  return `${word}  ${ruleId}  version ${version}\n${renderChanges(changes)}`.trimEnd()
}

function documentOf({ ruleId, result, version, changes }: PlannedRule) {
  return { rule_id: ruleId, result, version, changes }
}

function summaryOf(plan: readonly PlannedRule[]): string {
  const counts = Object.keys(colours).map(result => {
    const count = plan.filter(planned => planned.result === result).length
    return `${count} ${result}`
  })
  return counts.join(', ')
}
