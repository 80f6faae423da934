import type { Export, SourceFile } from './source-file.ts'

/** Loaded by name: by the test runner. */
const loadedByName = new Set([
  'test/support/kafka-global-setup.ts',
  'test/support/redis/redis-global-setup.ts',
])

/**
 * Every export is imported by another file; a test counts. A type may also be there for the signatures of its own
 * file.
 */
export function unusedFaults(files: readonly SourceFile[]): readonly string[] {
  const used = new Set(
    files.flatMap(file =>
      file.imports.flatMap(({ target, names }) => names.map(name => `${target ?? ''}#${name}`)),
    ),
  )
  return files
    .filter(
      ({ path }) => !loadedByName.has(path) && /^(schemas|operators|pipeline|test\/support)\//.test(path),
    )
    .flatMap(file =>
      file.exports
        .filter(exported => !used.has(`${file.path}#${exported.name}`) && !used.has(`${file.path}#*`))
        .filter(exported => !isOfItsOwnFile(exported, file))
        .map(({ name }) => `${file.path}: nothing imports ${name}; delete it, or keep it private`),
    )
}

function isOfItsOwnFile({ name, kind }: Export, { text }: SourceFile): boolean {
  return kind === 'type' && text.split(new RegExp(`\\b${name}\\b`)).length > 2
}
