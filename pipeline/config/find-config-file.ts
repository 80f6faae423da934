import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Problem } from '../documents/problem.ts'
import { shownPath } from '../documents/shown-path.ts'

export interface ConfigFileOptions {
  /** The value of `--config`. */
  readonly path?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
}

export type ConfigFile =
  | { readonly ok: true; readonly path: string; readonly shownAs: string }
  | { readonly ok: false; readonly problem: Problem }

const DEFAULT_NAME = 'llmtrigger.yaml'

/** Which file is the configuration: `--config`, else LLMTRIGGER_CONFIG, else llmtrigger.yaml in the working directory. */
export function findConfigFile(options: ConfigFileOptions): ConfigFile {
  const { path, environment, directory } = options
  const named =
    path ?? (environment['LLMTRIGGER_CONFIG'] === '' ? undefined : environment['LLMTRIGGER_CONFIG'])
  const source = path === undefined ? 'LLMTRIGGER_CONFIG' : '--config'
  const absolute = resolve(directory, named ?? DEFAULT_NAME)
  const shownAs = shownPath(absolute, directory)
  if (existsSync(absolute)) return { ok: true, path: absolute, shownAs }
  const message =
    named === undefined
      ? `no configuration: ${DEFAULT_NAME} is not in ${directory}, and neither --config nor LLMTRIGGER_CONFIG is given. ${example}`
      : `no such configuration file; it is named by ${source}, and was looked for at ${absolute}`
  return { ok: false, problem: { code: 'unreadable', file: shownAs, path: '', message } }
}

const example = `The least that it needs:

  kafka:
    brokers: [localhost:9092]
  sources:
    - topic: my-events
  rules: [rules/]
`
