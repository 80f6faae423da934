import type { Config } from '../../schemas/config.ts'
import { loadConfig } from '../config/load-config.ts'
import type { Problem } from '../documents/problem.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { fieldsOfRecording } from '../recordings/fields-of-recording.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import type { LoadedRules } from '../rule-files/load-rules.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import type { Terminal } from '../terminal/process-terminal.ts'

export interface ValidateRulesOptions extends CommandContext {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** A recording, whose events show what fields there are. */
  readonly fieldsFrom?: string
}

/** `rules validate`: says of each file that it is right, or everything that is wrong with it. */
export async function validateRules(options: ValidateRulesOptions): Promise<number> {
  const { paths, fieldsFrom, terminal, json } = options
  const models = configuredModels(options)
  if (!models.ok) {
    for (const problem of models.problems) terminal.note(renderProblem(problem))
    return exitCode.usage
  }
  const loaded = loadRules(paths, {
    ids: 'optional',
    ...(models.given && { models: { configured: models.configured } }),
    ...(fieldsFrom !== undefined && {
      fields: await fieldsOfRecording(fieldsFrom, models.given ? models.sources : []),
    }),
  })
  if (json) terminal.print(asJson(loaded))
  else printForPeople(loaded, terminal)
  return exitOf(loaded)
}

type Models =
  | { readonly ok: true; readonly given: false }
  | {
      readonly ok: true
      readonly given: true
      readonly configured: Config['models']
      readonly sources: Config['sources']
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Rules are looked at without a configuration, unless one is named: only then can a model be unknown. */
function configuredModels({ configPath, environment }: ValidateRulesOptions): Models {
  if (configPath === undefined) return { ok: true, given: false }
  const loaded = loadConfig({ path: configPath, environment, secrets: 'leave' })
  if (!loaded.ok) return loaded
  const { models, sources } = loaded.config
  return { ok: true, given: true, configured: models, sources }
}

function asJson({ rules, problems, warnings, files }: LoadedRules): string {
  const shown = (found: readonly Problem[]) => found.map(({ sourceLine: _sourceLine, ...problem }) => problem)
  return JSON.stringify({
    valid: problems.length === 0,
    rules: rules.length,
    files,
    problems: shown(problems),
    warnings: shown(warnings),
  })
}

function printForPeople({ rules, problems, warnings, files }: LoadedRules, terminal: Terminal): void {
  const wrong = Map.groupBy(problems, problem => problem.file)
  for (const file of new Set([...files, ...wrong.keys()])) {
    const ofFile = wrong.get(file) ?? []
    if (ofFile.length === 0) terminal.print(`${terminal.paint('green', 'ok')}      ${file}`)
    else terminal.print(`${terminal.paint('red', 'invalid')} ${file}`)
    for (const problem of ofFile) terminal.print(indented(renderProblem(problem)))
    for (const warning of warnings.filter(found => found.file === file)) {
      terminal.print(indented(`${terminal.paint('yellow', 'warning')} ${renderProblem(warning)}`))
    }
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
