import { expect, test } from 'vitest'
import { placeOf } from '../../../pipeline/documents/place-of.ts'
import { readDocuments } from '../../../pipeline/documents/read-documents.ts'

const text = `a: 1
list:
  - x: y
  - { key: value }
empty:
shared: &s { inner: 5 }
again: *s
`

function place(path: readonly PropertyKey[], part?: 'key') {
  const [document] = readDocuments('f', text).documents
  if (document === undefined) throw new Error('not read')
  const { line, column } = placeOf(document, path, part)
  return `${line}:${column}`
}

test.each([
  [['list', 0, 'x'], '3:8', 'a value'],
  [['list', 1], '4:5', 'an entry of a list'],
  [['list', 1, 'absent'], '4:5', 'what should hold a missing key'],
  [['list', 7, 'absent'], '3:3', 'a list that is too short'],
  [['empty'], '5:1', 'the key of an empty value'],
  [['absent'], '1:1', 'the document for a missing key at its top'],
  [['again', 'inner'], '6:21', 'the anchor behind an alias'],
  [['a', 'b'], '1:4', 'a value that holds nothing'],
])('finds %j at %s: %s', (path, at) => {
  expect(place(path)).toBe(at)
})

test('finds the key where that is asked for', () => {
  expect(place(['list', 1, 'key'], 'key')).toBe('4:7')
})
