import { expect, test } from 'vitest'
import { expressionFields } from '../../../operators/expression/expression-fields.ts'

function fieldsOf(source: string) {
  return expressionFields(source).map(({ path, line, column }) => `${path.join('.')} ${line}:${column}`)
}

test.each([
  ['volume > 1 && data.side == "buy"', ['data.volume 1:1', 'data.side 1:15']],
  ['a\n  && source in [b, "x"]', ['data.a 1:1', 'source 2:6', 'data.b 2:17']],
  ['order.lines[0].price > 1', ['data.order.lines 1:1']],
  ['size(tags) > 0 ? x : y.startsWith("z")', ['data.tags 1:6', 'data.x 1:18', 'data.y 1:22']],
  ['has(data.a) && a > 1 && b', ['data.b 1:25']],
  ['1 +', []],
])('finds the fields of %j', (source, fields) => {
  expect(fieldsOf(source)).toEqual(fields)
})
