import { InvalidArgumentError } from 'commander'
import { parseTime } from '../../dead-letters/parse-time.ts'
import type { RangeBound } from './range-bound.ts'

/** Makes the reader of `--from` and `--to`: a time, `offset:N`, or one of the given words. */
export function parseBound(
  words: Readonly<Record<string, 'earliest' | 'latest'>>,
): (text: string) => RangeBound {
  return text => {
    const kind = Object.hasOwn(words, text) ? words[text] : undefined
    if (kind !== undefined) return { kind, at: 0, text }
    const offset = /^offset[: ](\d{1,15})$/.exec(text)?.[1]
    if (offset !== undefined) return { kind: 'offset', at: Number(offset), text }
    return { kind: 'time', at: timeOf(text, words), text }
  }
}

function timeOf(text: string, words: Readonly<Record<string, unknown>>): number {
  try {
    return parseTime(text)
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error
    throw new InvalidArgumentError(
      `It is ${Object.keys(words).join(', ')}, offset:N, or a time such as 2026-11-20T10:00:00Z or 2026-11-20 (UTC).`,
    )
  }
}
