import { expect, test } from 'vitest'
import type { OutputRecord } from '../../../operators/lanes/lane.ts'
import { replayLetters, type ReplayLettersOptions } from '../../../pipeline/dead-letters/replay-letters.ts'
import { deadLetterOf } from '../../support/dead-letters.ts'

interface Setting extends Partial<Pick<ReplayLettersOptions, 'force'>> {
  readonly count: number
  readonly replayed?: readonly number[]
  readonly refused?: readonly number[]
  readonly tooLarge?: readonly number[]
  readonly bytes?: number
}

/** Replays dead letters 0 to `count` - 1; answers the transactions, by offsets, and what was told. */
async function replay(setting: Setting) {
  const { count, replayed = [], refused = [], tooLarge = [], bytes = 1, force = false } = setting
  const written: string[][] = []
  async function* letters() {
    for (let offset = 0; offset < count; offset++) {
      yield {
        letter: deadLetterOf({ offset, value: Buffer.alloc(bytes) }),
        replayed: replayed.includes(offset),
      }
    }
  }
  const record = (topic: string, offset: number): OutputRecord => ({
    topic,
    partition: 0,
    key: `${offset}`,
    value: '',
  })
  const outcomes = replayLetters({
    letters: letters(),
    force,
    plan: ({ offset }) =>
      refused.includes(offset) ? { refusal: 'no' } : { record: record('target', offset) },
    markOf: ({ offset }, target) => record(`mark of ${target}`, offset),
    write: async records => {
      if (records.some(({ key }) => tooLarge.includes(Number(key)))) return false
      written.push(records.map(({ topic, key }) => `${topic} ${String(key)}`))
      return true
    },
  })
  const told: string[] = []
  for await (const outcome of outcomes) {
    const problem = outcome.status === 'refused' ? ` ${outcome.problem}` : ''
    told.push(`${outcome.letter.offset} ${outcome.status}${problem}`)
  }
  return { written, told }
}

test('writes each replay and its mark in one transaction', async () => {
  expect(await replay({ count: 2 })).toEqual({
    written: [['target 0', 'target 1', 'mark of target 0', 'mark of target 1']],
    told: ['0 replayed', '1 replayed'],
  })
  expect(await replay({ count: 0 })).toEqual({ written: [], told: [] })
})

test('refuses what was replayed before, unless it is forced', async () => {
  const { written, told } = await replay({ count: 2, replayed: [0] })
  expect(told).toEqual(['0 refused it was replayed before', '1 replayed'])
  expect(written).toEqual([['target 1', 'mark of target 1']])
  expect((await replay({ count: 2, replayed: [0], force: true })).told).toEqual(['0 replayed', '1 replayed'])
})

test('refuses what cannot be replayed, also by force', async () => {
  const { written, told } = await replay({ count: 1, refused: [0], replayed: [0], force: true })
  expect([written, told]).toEqual([[], ['0 refused no']])
})

test('cuts transactions by count and by size', async () => {
  const byCount = await replay({ count: 1001 })
  expect(byCount.written.map(({ length }) => length / 2)).toEqual([500, 500, 1])
  const bySize = await replay({ count: 5, bytes: 2 * 1024 * 1024 - 1 })
  expect(bySize.written.map(({ length }) => length / 2)).toEqual([2, 2, 1])
  expect((await replay({ count: 2, bytes: 5 * 1024 * 1024 })).told).toHaveLength(2)
})

test('finds the ones that are too large, and replays the others in their order', async () => {
  const { written, told } = await replay({ count: 6, tooLarge: [1, 4] })
  const targets = written.flat().filter(name => name.startsWith('target'))
  expect(targets).toEqual([0, 2, 3, 5].map(offset => `target ${offset}`))
  expect(told.filter(line => line.includes('refused'))).toEqual(
    [1, 4].map(
      offset => `${offset} refused topic target refuses it for its size: raise its max.message.bytes`,
    ),
  )
})
