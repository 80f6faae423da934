import { expect, test } from 'vitest'
import { renderTable } from './render-table.ts'

const result = { contender: 'a', profile: 'P1', goodput: 0.975, refused: 3, failed: 0, answered: 100 }

test('has a line for each contender, with the median and the range of its rounds', () => {
  const rounds = [
    result,
    { ...result, goodput: 0.9, refused: 7 },
    { ...result, goodput: 1, refused: 5, failed: 2 },
  ]
  expect(renderTable([...rounds, { ...result, contender: 'b', profile: 'P2' }])).toBe(
    [
      '| %, 429, failed | P1 | P2 |',
      '| --- | --- | --- |',
      '| a | 97.5 (90.0–100.0) / 5 / 0 |  |',
      '| b |  | 97.5 / 3 / 0 |',
      '',
    ].join('\n'),
  )
})
