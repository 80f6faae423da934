import type { SourceFile } from './source-file.ts'

/** Only the entry points subscribe; `allowed` has the path of every adapter that may, with its reason. */
export function subscribeFaults(
  files: readonly SourceFile[],
  allowed: ReadonlyMap<string, string>,
): readonly string[] {
  const subscribing = files.filter(file => file.subscribeLines.length > 0 && !mayAlways(file.path))
  const idle = [...allowed.keys()].filter(path => !subscribing.some(file => file.path === path))
  return [
    ...subscribing
      .filter(({ path }) => !allowed.has(path))
      .map(
        ({ path, subscribeLines }) =>
          `${path}:${subscribeLines.join(',')}: subscribes; compose operators instead`,
      ),
    ...idle.map(path => `${path}: does not subscribe; take it off the list in test/tidy.test.ts`),
  ]
}

function mayAlways(path: string): boolean {
  return path.startsWith('test/') || path === 'pipeline/main.ts' || path === 'pipeline/simulator/main.ts'
}
