import { InvalidArgumentError } from 'commander'

/** Reads `--speed`: how many times faster than it was recorded, or `max` for no waiting at all. */
export function parseSpeed(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const factor = Number(text)
  if (text.trim() !== '' && Number.isFinite(factor) && factor > 0) return factor
  throw new InvalidArgumentError('It is a number above 0, or max.')
}
