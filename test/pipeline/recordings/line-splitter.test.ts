import { describe, expect, test } from 'vitest'
import { LineSplitter } from '../../../pipeline/recordings/line-splitter.ts'

function split(chunks: readonly string[], lineBytesMax = 10): (string | null)[] {
  const lines = new LineSplitter(lineBytesMax)
  const found = chunks.flatMap(chunk => [...lines.push(Buffer.from(chunk))])
  const rest = lines.rest()
  if (rest !== null) found.push(rest)
  expect(found.map(({ number }) => number)).toEqual(found.map((_, index) => index + 1))
  return found.map(({ bytes }) => bytes?.toString() ?? null)
}

describe('LineSplitter', () => {
  test('finds no line in nothing, and an empty one before each end', () => {
    expect(split([])).toEqual([])
    expect(split([''])).toEqual([])
    expect(split(['\n\n'])).toEqual(['', ''])
  })

  test('puts a line together from any number of chunks, and counts what has no end', () => {
    expect(split(['a', 'b', '', 'c\nd', '\n', 'e'])).toEqual(['abc', 'd', 'e'])
  })

  test('keeps a line of exactly the limit, and nothing of one over it, in whatever chunks it comes', () => {
    const ten = '0123456789'
    expect(split([`${ten}\n${ten}x\nafter`])).toEqual([ten, null, 'after'])
    expect(split(['01234', '56789', '\nafter'])).toEqual([ten, 'after'])
    expect(split(['0', '123456789', 'x', 'y', '\n', 'after'])).toEqual([null, 'after'])
    expect(split([`${ten}x`])).toEqual([null])
  })
})
