import type { Config } from '../../schemas/config.ts'
import { loadConfig } from '../config/load-config.ts'
import type { Problem } from '../documents/problem.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import type { LoadedRules } from '../rule-files/load-rules.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import type { Terminal } from '../terminal/process-terminal.ts'

export interface ValidateRulesOptions extends CommandContext {
  /** Files and folders. */
  readonly paths: readonly string[]
}

/** `rules validate`: says of each file that it is right, or everything that is wrong with it. */
export async function validateRules(options: ValidateRulesOptions): Promise<number> {
  const { paths, terminal, json } = options
  const models = configuredModels(options)
  if (!models.ok) {
    for (const problem of models.problems) terminal.note(renderProblem(problem))
    return exitCode.usage
  }
  const loaded = loadRules(paths, {
    ids: 'optional',
    ...(models.given && { models: { configured: models.configured } }),
  })
  if (json) terminal.print(asJson(loaded))
  else printForPeople(loaded, terminal)
  return exitOf(loaded)
}

type Models =
  | { readonly ok: true; readonly given: false }
  | { readonly ok: true; readonly given: true; readonly configured: Config['models'] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Rules are looked at without a configuration, unless one is named: only then can a model be unknown. */
function configuredModels({ configPath, environment }: ValidateRulesOptions): Models {
  if (configPath === undefined) return { ok: true, given: false }
  const loaded = loadConfig({ path: configPath, environment, secrets: 'leave' })
  return loaded.ok ? { ok: true, given: true, configured: loaded.config.models } : loaded
}

function asJson({ rules, problems, files }: LoadedRules): string {
  const shown = problems.map(({ sourceLine: _sourceLine, ...problem }) => problem)
  return JSON.stringify({ valid: problems.length === 0, rules: rules.length, files, problems: shown })
}

function printForPeople({ rules, problems, files }: LoadedRules, terminal: Terminal): void {
  const wrong = Map.groupBy(problems, problem => problem.file)
  for (const file of new Set([...files, ...wrong.keys()])) {
    const ofFile = wrong.get(file) ?? []
    if (ofFile.length === 0) terminal.print(`${terminal.paint('green', 'ok')}      ${file}`)
    else terminal.print(`${terminal.paint('red', 'invalid')} ${file}`)
    for (const problem of ofFile) terminal.print(indented(renderProblem(problem)))
  }
  if (problems.length > 0) {
    terminal.print(`\n${counted(problems.length, 'problem')} in ${counted(wrong.size, 'file')}`)
  } else terminal.print(`\n${counted(rules.length, 'rule')} in ${counted(files.length, 'file')}: all valid`)
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function exitOf({ problems, files }: LoadedRules): number {
  if (files.length === 0 || problems.some(({ code }) => code === 'unreadable')) return exitCode.usage
  return problems.length > 0 ? exitCode.ruleInvalid : exitCode.done
}
