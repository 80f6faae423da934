import { describe, expect, test } from 'vitest'
import { EXPRESSION_DEPTH_MAX } from '../../../operators/expression/allow-node.ts'
import { SUM_CHARACTERS_MAX } from '../../../operators/expression/arithmetic-forms.ts'
import { compileExpression } from '../../../operators/expression/compile-expression.ts'
import { EQUAL_DEPTH_MAX } from '../../../operators/expression/equal.ts'
import { createFieldTable } from '../../../operators/expression/create-field-table.ts'
import {
  EXPRESSION_CHARACTERS_MAX,
  EXPRESSION_NODES_MAX,
} from '../../../operators/expression/parse-expression.ts'

const unknown = undefined

function evaluate(source: string, data: Record<string, unknown> = {}): boolean | undefined {
  const fields = createFieldTable()
  const compiled = compileExpression(source, fields)
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems))
  return compiled.expression.evaluate(
    fields.fill({
      event_id: 'e-1',
      event_type: 'trade.signal',
      source: 'exchange-a',
      timestamp: '2026-11-20T10:00:00.123Z',
      context_key: 'BTCUSDT',
      data,
    }),
  )
}

function problems(source: string): readonly { code: string; line: number; column: number }[] {
  const compiled = compileExpression(source, createFieldTable())
  return compiled.ok ? [] : compiled.problems
}

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`)

type Case = readonly [source: string, data: Record<string, unknown>, expected: boolean | undefined]

describe('fields', () => {
  const cases: readonly Case[] = [
    ['volume > 5', { volume: 6 }, true],
    ['data.volume > 5', { volume: 6 }, true],
    ['data["volume"] > 5', { volume: 6 }, true],
    ['event_type == "trade.signal"', { event_type: 'other' }, true],
    ['data.event_type == "other"', { event_type: 'other' }, true],
    ['source.startsWith("exchange-") && context_key == "BTCUSDT" && event_id == "e-1"', {}, true],
    ['timestamp >= "2026-11-20" && timestamp < "2026-11-21"', {}, true],
    ['type == "x" && list == 1 && size == 2', { type: 'x', list: 1, size: 2 }, true],
    ['data.type == "x"', { type: 'x' }, true],
    ['data["in"] == 1 && data.for == 2', { in: 1, for: 2 }, true],
    ['items[0].price == 1 && items[1] == "b"', { items: [{ price: 1 }, 'b'] }, true],
    ['items[2] == 1', { items: [1] }, unknown],
    ['items.length == 1', { items: [1] }, unknown],
    ['name.length == 1', { name: 'a' }, unknown],
    ['data.items["0"] == 1', { items: [1] }, unknown],
    ['flag', { flag: true }, true],
    ['flag', { flag: 1 }, unknown],
    ['flag', {}, unknown],
  ]
  test.each(cases)('reads %s of %j as %j', (source, data, expected) => {
    expect(evaluate(source, data)).toBe(expected)
  })
})

describe('names of the prototype', () => {
  const own: Record<string, unknown> = JSON.parse(
    '{"constructor": "a", "__proto__": "b", "toString": "c", "x": 1}',
  )
  test.each([
    ['constructor == "a"', true],
    ['data.__proto__ == "b"', true],
    ['toString == "c" && x == 1', true],
    ['has(data.__proto__) && has(constructor)', true],
  ])('reads %s as an ordinary field', (source, expected) => {
    expect(evaluate(source, own)).toBe(expected)
  })

  test.each(['constructor', 'data.__proto__', 'toString', 'hasOwnProperty', 'data.x.constructor'])(
    'does not find %s where the data has none',
    field => {
      expect(evaluate(`has(${field})`, { x: {} })).toBe(false)
      expect(evaluate(`${field} != null`, { x: {} })).toBe(unknown)
    },
  )
})

describe('unknown', () => {
  const cases: readonly Case[] = [
    ['nope > 1', {}, unknown],
    ['!(nope > 1)', {}, unknown],
    ['nope != "a"', {}, unknown],
    ['nope.deep.er == "a"', {}, unknown],
    ['text > 1', { text: 'abc' }, unknown],
    ['!(text > 1)', { text: 'abc' }, unknown],
    ['nothing > 1', { nothing: null }, unknown],
    ['nope && false', {}, false],
    ['false && nope', {}, false],
    ['nope && true', {}, unknown],
    ['nope || true', {}, true],
    ['true || nope', {}, true],
    ['nope || false', {}, unknown],
    ['x && false', { x: 5 }, false],
    ['x && true', { x: 5 }, unknown],
    ['nope ? true : true', {}, unknown],
    ['true ? x > 1 : nope > 1', { x: 2 }, true],
    ['nope in [1, 2]', {}, unknown],
    ['1 in nope', {}, unknown],
    ['x in [nope, 1]', { x: 1 }, unknown],
  ]
  test.each(cases)('gives for %s of %j %j', (source, data, expected) => {
    expect(evaluate(source, data)).toBe(expected)
  })
})

describe('numbers', () => {
  const cases: readonly Case[] = [
    ['5 / 2 == 2.5', {}, true],
    ['x * 2 > 1', { x: 1 }, true],
    ['x + 1 > 1 && 1 + x == 2', { x: 1 }, true],
    ['x % 2 == 1', { x: 3 }, true],
    ['-x == -3 && -(x) < 0', { x: 3 }, true],
    ['x == 1', { x: 1.0 }, true],
    ['0x10 == 16', {}, true],
    ['x <= 9007199254740992', { x: 1 }, true],
    ['x / 0 > 1', { x: 1 }, unknown],
    ['!(x / 0 > 1)', { x: 1 }, unknown],
    ['x % 0 == 0', { x: 1 }, unknown],
    ['x * x > 1', { x: 1e308 }, unknown],
    ['x - y > 0.5', { x: 2, y: 1 }, true],
    ['abs(change) > 0.03', { change: -0.05 }, true],
    ['change.abs() > 0.03', { change: -0.05 }, true],
    ['min(x, 3, 2) == 1 && max(x, 3) == 3', { x: 1 }, true],
    ['min(prices) == 1 && prices.max() == 3 && max([1, x]) == 2', { prices: [3, 1, 2], x: 2 }, true],
    ['min(prices) == 1', { prices: [] }, unknown],
    ['min(prices) == 1', { prices: [1, 'a'] }, unknown],
  ]
  test.each(cases)('computes %s of %j as %j', (source, data, expected) => {
    expect(evaluate(source, data)).toBe(expected)
  })
})

describe('comparisons', () => {
  const cases: readonly Case[] = [
    ['x == 1', { x: '1' }, unknown],
    ['x != 1', { x: '1' }, unknown],
    ['x == null', { x: null }, true],
    ['x != null', { x: 5 }, true],
    ['x == null', {}, unknown],
    ['x == "a"', { x: null }, false],
    ['x == true', { x: true }, true],
    ['x in [1, 2]', { x: 2 }, true],
    ['x in [1, 2]', { x: 3 }, false],
    ['x in [1, 2]', { x: '1' }, unknown],
    ['x in ["a", 1]', { x: 'a' }, true],
    ['x in ["a", 1]', { x: 'b' }, unknown],
    ['x in []', { x: 1 }, false],
    ['"a" in tags', { tags: ['b', 'a'] }, true],
    ['"a" in map && !("b" in map)', { map: { a: 1 } }, true],
    ['"toString" in map', { map: {} }, false],
    ['1 in map', { map: { 1: 1 } }, unknown],
    ['x == [1, 2]', { x: [1, 2] }, true],
    ['x == [1]', { x: [1, 2] }, false],
    ['x == y', { x: { a: [1] }, y: { a: [1] } }, true],
    ['x == y', { x: { a: 1 }, y: { b: 1 } }, false],
    ['x == y', { x: { a: 1 }, y: [1] }, unknown],
    ['x == y', { x: nested(EQUAL_DEPTH_MAX), y: nested(EQUAL_DEPTH_MAX) }, true],
    ['x == y', { x: nested(EQUAL_DEPTH_MAX + 1), y: nested(EQUAL_DEPTH_MAX + 1) }, unknown],
    ['x == y', { x: nested(100_000), y: nested(100_000) }, unknown],
    ['"a" < x && x <= "c"', { x: 'b' }, true],
    ['x < y', { x: 1, y: 'a' }, unknown],
    ['5 > x', { x: 4 }, true],
    ['x <= 2 && x >= 2 && !(x < 2) && !(x > 2)', { x: 2 }, true],
    ['x < 2 && x <= 2 && !(x >= 2) && x != 2', { x: 1 }, true],
    ['x > 4 == true', { x: 5 }, true],
  ]
  test.each(cases)('compares %s to %#', (source, data, expected) => {
    expect(evaluate(source, data)).toBe(expected)
  })
})

describe('texts', () => {
  const cases: readonly Case[] = [
    ['"a" + x == "ab"', { x: 'b' }, true],
    ['x + 1 == 2', { x: 'b' }, unknown],
    ['size(x) == 2 && x.size() == 2', { x: 'ä😀' }, true],
    ['size(tags) == 1 && size(data) == 1', { tags: ['a'] }, true],
    ['size(x) == 1', { x: 1 }, unknown],
    ['x.contains("b") && contains(x, "c")', { x: 'abc' }, true],
    ['x.startsWith("a") && startsWith(x, "ab")', { x: 'abc' }, true],
    ['x.endsWith("c") && endsWith(x, "bc")', { x: 'abc' }, true],
    ['x.contains("b")', { x: ['b'] }, unknown],
    ['(x + x).size() > 0', { x: 'x'.repeat(SUM_CHARACTERS_MAX / 2) }, true],
    ['(x + x).size() > 0', { x: 'x'.repeat(SUM_CHARACTERS_MAX / 2 + 1) }, unknown],
  ]
  test.each(cases)('computes %s, case %#', (source, data, expected) => {
    expect(evaluate(source, data)).toBe(expected)
  })
})

describe('has', () => {
  const cases: readonly Case[] = [
    ['has(data.x)', { x: 1 }, true],
    ['has(data.x)', { x: null }, true],
    ['has(data.x)', {}, false],
    ['has(x)', {}, false],
    ['has(x)', { x: 0 }, true],
    ['has(data.a.b.c)', {}, false],
    ['!has(a.b)', { a: 1 }, true],
    ['has(items[0].x)', { items: [{ x: 1 }] }, true],
    ['has(event_type)', {}, true],
    ['has(x) && x > 1', {}, false],
  ]
  test.each(cases)('answers %s of %j with %j', (source, data, expected) => {
    expect(evaluate(source, data)).toBe(expected)
  })
})

describe('refusals', () => {
  test.each([
    ['', 'unexpected_token', 1, 1],
    ['x >', 'unexpected_token', 1, 4],
    ['cpu > > 0.8', 'unexpected_token', 1, 7],
    ['x = 1', 'unexpected_character', 1, 3],
    ['x and y', 'unexpected_character', 1, 3],
    ['x == "a', 'unterminated_string', 1, 6],
    ['package == 1', 'reserved_identifier', 1, 1],
    ['x == 1 &&\n  y = 2', 'unexpected_character', 2, 5],
    ['1 + 1', 'not_boolean', 1, 1],
    ['event_type', 'not_boolean', 1, 1],
    ['[true]', 'not_boolean', 1, 1],
    ['event_type > 5', 'type_mismatch', 1, 1],
    ['x == 1 && 5', 'type_mismatch', 1, 1],
    ['"a" == 1', 'type_mismatch', 1, 1],
    ['x in "abc"', 'type_mismatch', 1, 1],
    ['x ? 1 : "a"', 'type_mismatch', 1, 1],
    ['x > 1 &&\n abs("a") > 1', 'type_mismatch', 2, 2],
    ['min() == 1', 'type_mismatch', 1, 1],
    ['abs(1, 2) == 1', 'type_mismatch', 1, 1],
    ['has(1)', 'type_mismatch', 1, 1],
    ['has(data.x, data.y)', 'type_mismatch', 1, 1],
    ['event_type.x == 1', 'no_fields', 1, 1],
    ['data[0] == 1', 'type_mismatch', 1, 1],
    ['x[1.5] == 1', 'not_supported', 1, 3],
    ['x[y] == 1', 'not_supported', 1, 3],
    ['x[-1] == 1', 'not_supported', 1, 3],
    ['x == 1u', 'not_supported', 1, 6],
    ['x == b"a"', 'not_supported', 1, 6],
    ['x == {"a": 1}', 'not_supported', 1, 6],
    ['x == 9007199254740993', 'number_too_large', 1, 6],
    ['x.matches("(a+)+$")', 'unknown_function', 1, 1],
    ['items.all(i, i > 1)', 'unknown_function', 1, 1],
    ['items.map(i, i) == []', 'unknown_function', 1, 1],
    ['cel.bind(a, x, a + a) == 1', 'unknown_function', 1, 1],
    ['timestamp("2026-11-20T10:00:00Z") == x', 'unknown_function', 1, 1],
    ['constructor("return 1")() == 1', 'unexpected_character', 1, 24],
    ['toString() == 1', 'unknown_function', 1, 1],
    ['string(x) == "1"', 'unknown_function', 1, 1],
  ])('refuses %j as %s at %i:%i', (source, ...[code, line, column]) => {
    expect(problems(source)).toContainEqual(expect.objectContaining({ code, line, column }))
  })

  test('reports every problem at once, in the order of the text', () => {
    expect(problems('abs("a") > 1 && foo(x) && size(1) == 1')).toMatchObject([
      { code: 'type_mismatch', column: 1 },
      { code: 'unknown_function', column: 17 },
      { code: 'type_mismatch', column: 27 },
    ])
  })

  test('reports one mistake once, not what follows from it', () => {
    expect(problems('foo(x) + 1 > 2 && true')).toHaveLength(1)
  })
})

describe('limits', () => {
  const many = (count: number, part: string, joiner: string) =>
    Array.from({ length: count }, () => part).join(joiner)

  test('takes the longest text and refuses one character more', () => {
    const atMost = `x == 1${' '.repeat(EXPRESSION_CHARACTERS_MAX - 6)}`
    expect(problems(atMost)).toEqual([])
    expect(problems(`${atMost} `)).toMatchObject([{ code: 'too_long' }])
  })

  test('takes the most nodes in a row of || and refuses two more', () => {
    const operands = EXPRESSION_NODES_MAX / 2
    expect(problems(many(operands, 'a', '||'))).toEqual([])
    expect(problems(many(operands + 1, 'a', '||'))).toMatchObject([{ code: 'limit_exceeded' }])
  })

  test('evaluates the longest rows', () => {
    const operands = EXPRESSION_NODES_MAX / 2
    expect(evaluate(many(operands, 'a', '&&'), { a: true })).toBe(true)
    expect(evaluate(many(operands, 'a', '||'), { a: false })).toBe(false)
  })

  test('takes the deepest nesting and refuses one level more', () => {
    expect(problems(`${'!'.repeat(EXPRESSION_DEPTH_MAX - 1)}a`)).toEqual([])
    expect(problems(`${'!'.repeat(EXPRESSION_DEPTH_MAX)}a`)).toMatchObject([{ code: 'limit_exceeded' }])
  })

  test.each([
    ['!', `${'!'.repeat(EXPRESSION_CHARACTERS_MAX - 1)}a`],
    ['-', `${'-'.repeat(EXPRESSION_CHARACTERS_MAX - 5)}a>1`],
    ['! deep in parentheses', `${'('.repeat(60)}${'!'.repeat(3900)}a${')'.repeat(60)}`],
    ['parentheses', `${'('.repeat(2000)}a${')'.repeat(2000)}`],
    ['open parentheses', '('.repeat(EXPRESSION_CHARACTERS_MAX)],
    ['brackets', `${'['.repeat(2000)}${']'.repeat(2000)}`],
    ['&&', many(1000, 'a', '&&')],
    ['+', `${many(200, 'a', '+')} > 1`],
    ['conditions', `${'a?a:'.repeat(1000)}a`],
    ['fields', `a${'.a'.repeat(2000)}`],
    ['indexes', `a${'[0]'.repeat(1000)}`],
    ['methods', `a${'.abs()'.repeat(600)}`],
    ['calls', `${'abs('.repeat(800)}a${')'.repeat(800)}`],
    ['list elements', `a in [${many(1001, '1', ',')}]`],
    ['arguments', `min(${many(17, '1', ',')}) == 1`],
  ])('refuses too many %s without failing', (_, source) => {
    expect(problems(source)).toMatchObject([{ code: 'limit_exceeded' }])
  })

  test('refuses a long row of ! also where little of the stack is left', () => {
    const source = `${'!'.repeat(EXPRESSION_CHARACTERS_MAX - 1)}a`
    const codes: string[] = []
    let levels = 0
    const deep = (left: number): void => {
      levels += 1
      if (left > 0) deep(left - 1)
      else codes.push(...problems(source).map(({ code }) => code))
    }
    expect(() => {
      deep(Infinity)
    }).toThrow(RangeError)
    deep(Math.floor(levels * 0.7))
    expect(codes).toEqual(['limit_exceeded'])
  })
})
