import { expect, test } from 'vitest'
import { deadLetterHead, deadLetterRow } from '../../../pipeline/dead-letters/dead-letter-row.ts'
import { deadLetterOf } from '../../support/dead-letters.ts'

const letter = deadLetterOf({ partition: 3, offset: 1042, headers: { 'llmtrigger-rule-id': 'spree' } })
const head = '3:1042    2026-11-20T10:00:00Z  event_invalid       spree             signals/1/17'

test('shows a dead letter on one line, its columns under their names', () => {
  expect(deadLetterRow({ letter, replayed: false }, Infinity)).toBe(`${head}  not JSON`)
  expect(deadLetterRow({ letter, replayed: true }, Infinity)).toBe(`${head} (replayed)  not JSON`)
  for (const [name, cell] of [
    ['TIME', '2026'],
    ['REASON', 'event'],
    ['RULE', 'spree'],
    ['FROM', 'signals'],
  ] as const) {
    expect(deadLetterHead.indexOf(name)).toBe(head.indexOf(cell))
  }
})

test.each([40, 80, 112, 120])('keeps within %i columns, with the detail cut', columns => {
  const detail = 'y'.repeat(200)
  const row = deadLetterRow({ letter: { ...letter, detail }, replayed: false }, columns)
  const lines = row.split('\n')
  expect(lines.length).toBe(columns < head.length + 32 ? 2 : 1)
  expect(Math.max(...lines.map(({ length }) => length))).toBe(columns)
  expect(row).toMatch(/y…$/)
  expect(row).toContain('signals/1/17')
})

test('tells also on two lines what was replayed', () => {
  expect(deadLetterRow({ letter, replayed: true }, 80)).toBe(
    '3:1042    2026-11-20T10:00:00Z  event_invalid       spree             (replayed)\n  signals/1/17  not JSON',
  )
})

test('shows nothing of an event that moves the cursor or breaks the line', () => {
  const detail = 'a\u001b[2J\r\nb\u0007\u202ec\td'
  expect(deadLetterRow({ letter: { ...letter, detail }, replayed: false }, Infinity)).toBe(
    `${head}  a[2J bc d`,
  )
})
