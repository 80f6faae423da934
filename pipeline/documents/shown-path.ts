import { relative } from 'node:path'

/** A path as people like to read it: relative to the working directory where it lies below it. */
export function shownPath(absolute: string, directory: string): string {
  const below = relative(directory, absolute)
  return below.startsWith('..') || below === '' ? absolute : below
}
