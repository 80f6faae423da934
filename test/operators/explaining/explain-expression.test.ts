import { describe, expect, test } from 'vitest'
import { explainExpression, type ExplainedPart } from '../../../operators/explaining/explain-expression.ts'
import { compileExpression } from '../../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../../operators/expression/create-field-table.ts'
import type { Event } from '../../../schemas/event.ts'

const event: Event = {
  event_id: 'e-1',
  event_type: 'trade.signal',
  source: 'signals',
  timestamp: '2026-11-20T10:00:00.000Z',
  context_key: 'BTC',
  data: { side: 'buy', volume: 40_000, zero: 0, tags: ['a', 'b'], nothing: null },
}

/** A line for each part, indented as the tree is. */
function tree(part: ExplainedPart, depth = 0): readonly string[] {
  const value = part.unknown === undefined ? JSON.stringify(part.value) : `? ${part.unknown}`
  const line = `${'  '.repeat(depth)}${part.text} | ${value}`
  return [line, ...part.parts.flatMap(below => tree(below, depth + 1))]
}

function explained(source: string) {
  return tree(explainExpression(source, event))
}

describe('explainExpression', () => {
  test('gives each part its text and its value, without what is written out', () => {
    expect(explained('side == "buy" && volume > 50000')).toEqual([
      'side == "buy" && volume > 50000 | false',
      '  side == "buy" | true',
      '    side | "buy"',
      '  volume > 50000 | false',
      '    volume | 40000',
    ])
  })

  test('names the field that is missing, all the way up', () => {
    expect(explained('!(data.price > 5) || has(price)')).toEqual([
      '!(data.price > 5) || has(price) | ? data.price is missing',
      '  !(data.price > 5) | ? data.price is missing',
      '    data.price > 5 | ? data.price is missing',
      '      data.price | ? data.price is missing',
      '  has(price) | false',
      '    price | ? price is missing',
    ])
  })

  test.each([
    ['side < 5', '< does not fit a text and a number'],
    ['volume / zero > 1', 'volume / zero is no finite number'],
    ['volume', undefined],
    ['size(volume) > 1', 'size does not fit a number'],
    ['tags[2] == "c"', 'tags[2] is missing'],
    ['nothing > 1', '> does not fit null and a number'],
  ])('says of %s why it is unknown: %s', (source, why) => {
    expect(explainExpression(source, event).unknown).toBe(why)
  })

  test.each([
    [
      'symbol in ["a", "b"]',
      ['symbol in ["a", "b"] | ? symbol is missing', '  symbol | ? symbol is missing'],
    ],
    ['side.startsWith("b")', ['side.startsWith("b") | true', '  side | "buy"']],
    ['-volume < 0', ['-volume < 0 | true', '  -volume | -40000', '    volume | 40000']],
    ['tags[0] == "a"', ['tags[0] == "a" | true', '  tags[0] | "a"', '    tags | ["a","b"]']],
    [
      '(volume > 1 ? side : "x") == "buy"',
      [
        '(volume > 1 ? side : "x") == "buy" | true',
        '  volume > 1 ? side : "x" | "buy"',
        '    volume > 1 | true',
        '      volume | 40000',
        '    side | "buy"',
      ],
    ],
    [
      '((side) + "(") == "buy(" && (1 < ( volume))',
      [
        '((side) + "(") == "buy(" && (1 < ( volume)) | true',
        '  ((side) + "(") == "buy(" | true',
        '    (side) + "(" | "buy("',
        '      side | "buy"',
        '  1 < ( volume) | true',
        '    volume | 40000',
      ],
    ],
  ])('%s', (source, lines) => {
    expect(explained(source)).toEqual(lines)
  })

  test('tells where a part stands', () => {
    const { parts } = explainExpression('side == "buy" &&\n  volume > 1', event)
    expect(parts.map(({ line, column }) => [line, column])).toEqual([
      [1, 1],
      [2, 3],
    ])
  })

  test.each([
    'side == "buy"',
    'volume > 50000 && price > 1',
    'price > 1',
    'side > 1 || volume > 1',
    '!has(price)',
  ])('says of %s what evaluating it says', source => {
    const fields = createFieldTable()
    const compiled = compileExpression(source, fields)
    const value = compiled.ok ? compiled.expression.evaluate(fields.fill(event)) : 'does not compile'
    expect(explainExpression(source, event).value).toBe(value)
  })
})
