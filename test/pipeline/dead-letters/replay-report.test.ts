import { expect, test } from 'vitest'
import { ReplayReport } from '../../../pipeline/dead-letters/replay-report.ts'
import { deadLetterOf } from '../../support/dead-letters.ts'
import { recordingTerminal } from '../../support/recording-terminal.ts'

const record = { topic: 'signals', partition: 1, key: null, value: null }

function started(options: { readonly json?: boolean; readonly dryRun?: boolean } = {}) {
  const terminal = recordingTerminal()
  const coordinates = [
    { partition: 0, offset: 7 },
    { partition: 0, offset: 8 },
  ]
  const report = new ReplayReport({ terminal, json: false, dryRun: false, coordinates, ...options })
  report.add({ status: 'replayed', letter: deadLetterOf({ offset: 7 }), record })
  return { terminal, report }
}

test('tells of each dead letter, and at the end what was not found', () => {
  const { terminal, report } = started()
  report.add({ status: 'refused', letter: deadLetterOf({ offset: 3 }), problem: 'no', repeated: false })
  expect(report.end()).toBe(1)
  expect(terminal.printed).toEqual(['replayed  0:7       event_invalid       to signals/1'])
  expect(terminal.notes).toEqual([
    'refused  0:3: no',
    'refused  0:8: there is no such dead letter',
    'replayed: 1 dead letter: 1 event_invalid; refused: 2',
  ])
})

test('ends well when all that was named is replayed, and tells of nothing written in a dry run', () => {
  const { terminal, report } = started({ dryRun: true })
  report.add({ status: 'replayed', letter: deadLetterOf({ offset: 8 }), record })
  expect(report.end()).toBe(0)
  expect(terminal.printed[0]).toMatch(/^would replay /)
  expect(terminal.notes).toEqual(['would be replayed: 2 dead letters: 2 event_invalid'])
})

test('writes a document for each with JSON', () => {
  const { terminal, report } = started({ json: true })
  report.end()
  expect(terminal.printed.map((line): unknown => JSON.parse(line))).toEqual([
    { partition: 0, offset: '7', status: 'replayed', target: { topic: 'signals', partition: 1 } },
    { partition: 0, offset: '8', status: 'refused', problem: 'there is no such dead letter' },
  ])
})

test('tells of 20 refusals one by one, counts the others, and says how to go on', () => {
  const { terminal, report } = started()
  const repeated = { status: 'refused', problem: 'before', repeated: true } as const
  for (let offset = 8; offset < 38; offset++) report.add({ ...repeated, letter: deadLetterOf({ offset }) })
  expect(report.end()).toBe(1)
  expect(terminal.notes.slice(20)).toEqual([
    'refused  10 more',
    'replayed: 1 dead letter: 1 event_invalid; refused: 30',
    '30 were replayed before: --force replays again, --pending leaves out',
  ])
})
