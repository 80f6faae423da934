import { expect, test } from 'vitest'
import {
  readHistory,
  type HistoryQuestion,
  type HistorySource,
} from '../../../pipeline/history/read-history.ts'
import { decisionBench } from '../../support/decision-bench.ts'

type Bench = ReturnType<typeof decisionBench>

async function pageOf(
  { feed, topicLog }: Bench,
  question: Partial<HistoryQuestion> = {},
  bounds: Pick<HistorySource, 'readBytesMax' | 'pageCharactersMax'> = {},
) {
  const asked = { ruleId: 'asked', limit: 100, ...question }
  const { items, next } = await readHistory(asked, { feed, log: topicLog, ...bounds })
  return { ids: items.map((text): string => JSON.parse(text).decision_id), next }
}

/** Every page, one after the other. */
async function pagesOf(bench: Bench, question: Partial<HistoryQuestion>, bounds = {}) {
  const pages: string[][] = []
  let before: HistoryQuestion['before']
  do {
    const page = await pageOf(bench, { ...question, before }, bounds)
    pages.push(page.ids)
    before = page.next ?? undefined
  } while (before !== undefined)
  return pages
}

function written(bench: Bench, count: number): string[] {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const id = bench.decide(n % 3 === 2 ? 'other' : 'asked', n % 2)
    if (n % 3 !== 2) ids.unshift(id)
  }
  return ids
}

test('finds no decisions where there are none', async () => {
  expect(await pageOf(decisionBench())).toEqual({ ids: [], next: null })
})

test('answers the decisions of the rule of all partitions, the newest first', async () => {
  const bench = decisionBench()
  const ids = written(bench, 30)
  expect(await pageOf(bench)).toEqual({ ids, next: null })
})

test.each([1, 2, 7, 20])('answers each of them once, %i a page', async limit => {
  const bench = decisionBench()
  const ids = written(bench, 30)
  const pages = await pagesOf(bench, { limit })
  expect(pages.flat()).toEqual(ids)
  expect(pages.every(page => page.length <= limit)).toBe(true)
})

test('goes on behind a cursor where it was, whatever has been decided since, and after a restart', async () => {
  const bench = decisionBench()
  const ids = written(bench, 30)
  bench.open([0, 0])
  bench.feedNow()
  const first = await pageOf(bench, { limit: 5 })
  written(bench, 6)
  bench.feedNow()
  const before = first.next ?? []
  expect((await pageOf(bench, { before })).ids).toEqual(ids.slice(5))
  // The next process: it follows from the end, and has read nothing yet.
  bench.open()
  expect((await pageOf(bench, { before })).ids).toEqual(ids.slice(5))
  bench.open([0, 0])
  expect((await pageOf(bench, { before })).ids).toEqual(ids.slice(5))
})

test('reads nothing from the topic where all of the page is in memory', async () => {
  const bench = decisionBench()
  bench.open()
  const ids = written(bench, 30)
  bench.feedNow()
  expect(await pageOf(bench)).toEqual({ ids, next: null })
  expect(bench.topicLog.reads).toEqual([])
})

test('joins what is in memory and what is on the topic only', async () => {
  const bench = decisionBench()
  const older = written(bench, 30)
  bench.open()
  const newer = written(bench, 30)
  bench.feedNow()
  const ids = [...newer, ...older]
  expect((await pageOf(bench)).ids).toEqual(ids)
  expect((await pagesOf(bench, { limit: 7 })).flat()).toEqual(ids)
})

test('joins them where the ring has let go of some', async () => {
  const bench = decisionBench({ ring: { ofRuleMax: 5, decisionsMax: 8 } })
  bench.open()
  const ids = written(bench, 60)
  bench.feedNow()
  expect((await pageOf(bench)).ids).toEqual(ids)
  expect((await pagesOf(bench, { limit: 3 })).flat()).toEqual(ids)
})

test('narrows down by outcome, and by when it was decided: from the first time on, before the second', async () => {
  const bench = decisionBench()
  for (let n = 1; n <= 10; n++)
    bench.decide('asked', n % 2, { outcome: n % 5 === 0 ? 'triggered' : 'cancelled' })
  expect((await pageOf(bench, { outcome: 'triggered' })).ids).toEqual(['d10', 'd5'])
  const [fromMs, toMs] = [Date.parse(bench.timeOf(3)), Date.parse(bench.timeOf(6))]
  expect((await pageOf(bench, { fromMs, toMs })).ids).toEqual(['d5', 'd4', 'd3'])
  expect((await pageOf(bench, { fromMs, toMs, outcome: 'triggered' })).ids).toEqual(['d5'])
})

test('passes over what is no decision', async () => {
  const bench = decisionBench()
  const id = bench.decide('asked', 0)
  const key = 'asked|k'
  for (const value of ['no JSON', '{}', '[]', null])
    bench.log.append('llmtrigger.decisions', { key, value, partition: 0 })
  bench.log.append('llmtrigger.decisions', { key: null, value: '{}', partition: 1 })
  expect(await pageOf(bench)).toEqual({ ids: [id], next: null })
})

test('ends a page early when enough was read for it, and gets to the end all the same', async () => {
  const bench = decisionBench()
  const first = bench.decide('asked', 0)
  for (let n = 0; n < 20_000; n++) bench.decide('other', n % 2)
  const pages = await pagesOf(bench, {}, { readBytesMax: 1 })
  expect(pages.flat()).toEqual([first])
  expect(pages.length).toBeGreaterThan(3)
})

test('ends a page early when it is large enough, and holds no more of any partition', async () => {
  const bench = decisionBench()
  const ids: string[] = []
  for (let n = 0; n < 40; n++) ids.unshift(bench.decide('asked', n % 2, { reason: 'x'.repeat(10_000) }))
  const pages = await pagesOf(bench, {}, { pageCharactersMax: 50_000 })
  expect(pages.flat()).toEqual(ids)
  expect(Math.max(...pages.map(page => page.length))).toBe(5)
})
