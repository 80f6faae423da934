import { expect, test } from 'vitest'
import { alignedTable } from '../../../../pipeline/backtest/report/aligned-table.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'

const columns = [
  { title: 'RULE', align: 'left', shrinksTo: 6 },
  { title: 'TYPE', align: 'left', leavesAs: 1 },
  { title: 'CALLS', align: 'right' },
] as const
const rows = [
  ['buying-spree', 'llm, batch', '10,200'],
  ['cpu', 'traditional', '-'],
]

function table(width: number) {
  return alignedTable(columns, rows, { ...recordingTerminal(), columns: width })
}

test('makes each column as wide as its widest cell, and puts numbers to the right', () => {
  expect(table(Infinity)).toEqual([
    'RULE          TYPE          CALLS',
    'buying-spree  llm, batch   10,200',
    'cpu           traditional       -',
  ])
})

test('lets a column shrink when it is narrow, and leaves one out before it cuts numbers off', () => {
  expect(table(29)).toEqual([
    'RULE      TYPE          CALLS',
    'buying-…  llm, batch   10,200',
    'cpu       traditional       -',
  ])
  expect(table(16)).toEqual(['RULE       CALLS', 'buying-…  10,200', 'cpu            -'])
})

test('shows one line for each row, whatever a cell holds', () => {
  const lines = alignedTable(columns, [['a\nb\u001b[2Jc', 'x\u202ey', '1']], recordingTerminal())
  expect(lines[1]).toBe('a b[2Jc  xy        1')
})
