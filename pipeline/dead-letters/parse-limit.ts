import { InvalidArgumentError } from 'commander'

/** Reads `--limit`: how many at most. */
export function parseLimit(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a whole number above 0.')
}
