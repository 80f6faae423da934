import type { SourceFile } from './source-file.ts'

/** Which top-level folders each of them may import from; test sees all. */
const mayImport = new Map([
  ['schemas', ['schemas']],
  ['operators', ['schemas', 'operators']],
  ['pipeline', ['schemas', 'operators', 'pipeline']],
])

/** Imports go schemas <- operators <- pipeline, and nothing imports tests. */
export function importFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, imports }) => {
    const allowed = mayImport.get(folderOf(path))
    if (!allowed) return []
    return imports.flatMap(({ specifier, target }) => {
      if (target === null || allowed.includes(folderOf(target))) return []
      return [`${path}: imports ${specifier}; ${folderOf(path)} may import from ${allowed.join(', ')} only`]
    })
  })
}

function folderOf(path: string): string {
  return path.split('/')[0] ?? path
}
