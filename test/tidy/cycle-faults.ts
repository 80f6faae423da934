import type { SourceFile } from './source-file.ts'

/** No file reaches itself through imports; imports of types count. */
export function cycleFaults(files: readonly SourceFile[]): readonly string[] {
  const targets = new Map(files.map(file => [file.path, file.imports.flatMap(({ target }) => target ?? [])]))
  const done = new Set<string>()
  const faults: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      const circle = [...trail.slice(start), path].join(' -> ')
      faults.push(`${path}: import cycle ${circle}; move what both need into a file of its own`)
      return
    }
    if (done.has(path)) return
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of targets.keys()) visit(path, [])
  return faults
}
