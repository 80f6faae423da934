import type { Export, SourceFile } from './source-file.ts'
import { wordsOf } from './words-of.ts'

/** A process starts here, and nothing is imported from it. */
const entryPoints = new Set(['pipeline/main.ts', 'pipeline/simulator/main.ts'])

/** One exported function or class a file, named as the file is; no barrels; every one with its sentence. */
export function exportFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(file => [...barrelFaults(file), ...(isUnit(file.path) ? unitFaults(file) : [])])
}

function barrelFaults({ path, exports }: SourceFile): readonly string[] {
  const passedOn = exports.filter(({ kind }) => kind === 're-export')
  const everything = passedOn.some(({ name }) => name === '*')
  if (!everything && (passedOn.length === 0 || passedOn.length < exports.length)) return []
  return [`${path}: a barrel; import from the file that declares it`]
}

function isUnit(path: string): boolean {
  return /^(operators|pipeline)\//.test(path) && !path.endsWith('.d.ts') && !entryPoints.has(path)
}

function unitFaults({ path, exports }: SourceFile): readonly string[] {
  const units = exports.filter(({ kind }) => kind === 'function' || kind === 'class')
  const constants = exports.filter(({ kind }) => kind === 'constant')
  const named = units.length > 0 ? units : constants
  const faults = units
    .filter(({ documented }) => !documented)
    .map(({ name }) => `${path}: ${name} has no doc comment; say in one sentence what it does`)
  if (units.length > 1) {
    faults.push(`${path}: exports ${list(units)}; one function or class a file, give each its own`)
  }
  // A type of that name will do: `createRuleTable` and `RuleTable` lie in rule-table.ts.
  if (named.length > 0 && !exports.some(({ name }) => isNamedAs(name, path))) {
    faults.push(`${path}: exports ${list(named)}; name the file as its export in kebab-case`)
  }
  return faults
}

function list(exports: readonly Export[]): string {
  return exports.map(({ name }) => name).join(', ')
}

function isNamedAs(name: string, path: string): boolean {
  const fileName = path.slice(path.lastIndexOf('/') + 1).replace(/\.ts$/, '')
  // Joined, so that `OpenAi` and `openai` are one word where the technology writes itself as one.
  return wordsOf(name).join('') === wordsOf(fileName).join('')
}
