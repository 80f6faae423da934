import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceFile, type SourceFile } from './source-file.ts'

export interface Tree {
  /** Every file that git has or would take, from the root of the project. */
  readonly paths: readonly string[]
  readonly texts: readonly { readonly path: string; readonly text: string }[]
  readonly sources: readonly SourceFile[]
}

const textName = /(^|\/)(Dockerfile|run|\.[a-z]+)$|\.(ts|js|mjs|json|ya?ml|md|sh|xml)$/

/** Reads the checkout as git sees it: what is ignored does not count. */
export function readTree(root: string): Tree {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
  })
  // A file that is deleted but not yet committed is still listed.
  const paths = listed.split('\0').filter(path => path !== '' && existsSync(join(root, path)))
  const texts = paths
    .filter(path => textName.test(path))
    .map(path => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  const sources = texts
    .filter(({ path }) => path.endsWith('.ts'))
    .map(({ path, text }) => sourceFile(path, text))
  return { paths, texts, sources }
}
