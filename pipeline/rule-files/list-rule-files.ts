import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Problem } from '../documents/problem.ts'
import { shownPath } from '../documents/shown-path.ts'

export interface RuleFile {
  readonly path: string
  readonly shownAs: string
}

export interface RuleFileList {
  readonly files: readonly RuleFile[]
  readonly problems: readonly Problem[]
}

/** Most files that are read in one go. */
const RULE_FILES_MAX = 10_000

/** The files that a list of files and folders stands for; of a folder its *.yaml, *.yml and *.json, sorted by name. */
export function listRuleFiles(
  paths: readonly string[],
  directory: string,
  filesMax = RULE_FILES_MAX,
): RuleFileList {
  const found = paths.map(path => listOne(resolve(directory, path), directory))
  const byPath = new Map(found.flatMap(({ files }) => files).map(file => [file.path, file]))
  const problems = found.flatMap(list => list.problems)
  if (byPath.size <= filesMax) return { files: [...byPath.values()], problems }
  return { files: [], problems: [...problems, unreadable(directory, `more than ${filesMax} rule files`)] }
}

function listOne(path: string, directory: string): RuleFileList {
  const shownAs = shownPath(path, directory)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) {
    return { files: [], problems: [unreadable(shownAs, 'there is no such file or folder')] }
  }
  if (!stats.isDirectory()) return { files: [{ path, shownAs }], problems: [] }
  const names = readdirSync(path).filter(name => /^[^.].*\.(ya?ml|json)$/.test(name))
  const files = names.sort().map(name => ({ path: join(path, name), shownAs: join(shownAs, name) }))
  return { files, problems: [] }
}

function unreadable(file: string, message: string): Problem {
  return { code: 'unreadable', file, path: '', message }
}
