import type { Dice } from './dice.ts'

export interface MomentsOptions {
  readonly fromMs: number
  readonly toMs: number
  /** Between two of them on average; a function where it changes with the time. */
  readonly everySeconds: number | ((atMs: number) => number)
  /** How far one gap may be from the average, as a part of it. */
  readonly jitter?: number
}

/** Moments at uneven gaps: from the first, before the second. */
export function moments(
  dice: Dice,
  { fromMs, toMs, everySeconds, jitter = 0.5 }: MomentsOptions,
): readonly number[] {
  const gapMs = (atMs: number) =>
    Math.round((typeof everySeconds === 'number' ? everySeconds : everySeconds(atMs)) * 1000)
  const found: number[] = []
  let atMs = fromMs + Math.round(gapMs(fromMs) * dice.between(0, 1))
  while (atMs < toMs) {
    found.push(atMs)
    atMs += Math.max(1, Math.round(gapMs(atMs) * dice.between(1 - jitter, 1 + jitter)))
  }
  return found
}
