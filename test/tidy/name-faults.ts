import type { SourceFile } from './source-file.ts'
import { wordsOf } from './words-of.ts'

const words = ['util', 'helper', 'common', 'misc', 'manager', 'handler', 'service', 'base']
const banned = new Set(words.flatMap(word => [word, `${word}s`]))

/** Names say what a thing is or does; some words say nothing. */
export function nameFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, exports }) => {
    const names = [...path.split('/'), ...exports.map(({ name }) => name)]
    return [
      ...names
        .flatMap(name => wordsOf(name).filter(word => banned.has(word)))
        .map(word => `${path}: "${word}" in a name; name it for what it does`),
      ...(isKebab(path) ? [] : [`${path}: file names are in kebab-case`]),
    ]
  })
}

function isKebab(path: string): boolean {
  return path.split('/').every(part => /^[a-z\d]+(-[a-z\d]+)*(\.[a-z\d]+)*$/.test(part))
}
