const topLevel = new Set([
  '.ci',
  '.dockerignore',
  '.gitignore',
  '.npmrc',
  'Dockerfile',
  'LICENSE',
  'README.md',
  'docker-compose.yml',
  'docs',
  'examples',
  'grafana',
  'operators',
  'package-lock.json',
  'package.json',
  'pipeline',
  'schemas',
  'test',
  'tsconfig.json',
])
const folderFilesMax = 20

/** The top level is fixed, a folder of sources stays flat only so far, and tests lie where their sources lie. */
export function layoutFaults(paths: readonly string[]): readonly string[] {
  const entries = new Set(paths.map(path => path.split('/')[0] ?? path))
  const extra = [...entries].filter(entry => !topLevel.has(entry))
  return [
    ...extra.map(entry => `${entry}: the top level is fixed; tool configs go in package.json or test/lint/`),
    ...crowdedFolders(paths),
    ...strayTests(paths),
  ]
}

function crowdedFolders(paths: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const path of paths.filter(isSource)) counts.set(folderOf(path), (counts.get(folderOf(path)) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count > folderFilesMax)
    .map(
      ([folder, count]) =>
        `${folder}: ${count} files, at most ${folderFilesMax}; make a subfolder named for the domain`,
    )
}

function strayTests(paths: readonly string[]): readonly string[] {
  const folders = new Set(paths.filter(isSource).map(folderOf))
  return paths
    .filter(path => /^test\/(schemas|operators|pipeline)\/.*\.test\.ts$/.test(path))
    .filter(
      path =>
        ![...folders].some(folder => `${folder}/`.startsWith(`${folderOf(path).slice('test/'.length)}/`)),
    )
    .map(path => `${path}: no source folder mirrors it; put it at test/ plus the path of what it tests`)
}

function isSource(path: string): boolean {
  return /^(schemas|operators|pipeline)\/.*\.ts$/.test(path)
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}
