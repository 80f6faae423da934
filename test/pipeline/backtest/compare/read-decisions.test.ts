import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readDecisions } from '../../../../pipeline/backtest/compare/read-decisions.ts'
import type { Decision } from '../../../../schemas/decision.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { decisionOf } from './decision-of.ts'

const decisions = [decisionOf([0, 1]), decisionOf([2])]

function recorded(value: string | null, offset = 0): string {
  const place = { topic: 'llmtrigger.decisions', partition: 0, offset: `${offset}` }
  return JSON.stringify({ ...place, timestamp: '2026-11-20T10:00:00.000Z', key: 'k', value, headers: {} })
}

async function read(content: string | Buffer): Promise<readonly Decision[]> {
  const folder = temporaryFolder({ 'decisions.ndjson': content })
  const all: Decision[] = []
  for await (const decision of readDecisions(join(folder, 'decisions.ndjson'))) all.push(decision)
  return all
}

test('reads decisions, one a line, with or without an end', async () => {
  const text = decisions.map(decision => JSON.stringify(decision)).join('\n\n')
  expect(await read(text)).toEqual(decisions)
  expect(await read(gzipSync(`${text}\n`))).toEqual(decisions)
})

test('reads a recording of their topic', async () => {
  const lines = decisions.map((decision, offset) => recorded(JSON.stringify(decision), offset))
  expect(await read(`{"llmtrigger_recording":1}\n${lines.join('\n')}`)).toEqual(decisions)
})

test('reads those of older versions', async () => {
  const { question_hash: _hash, budget: _budget, ...older } = decisionOf([0])
  expect(await read(JSON.stringify(older))).toMatchObject([{ question_hash: null, budget: null }])
})

test('names the place of what is none', async () => {
  const one = JSON.stringify(decisions[0])
  await expect(read(`${one}\n{"decision_id": 1}`)).rejects.toThrow(
    /decisions.ndjson:2: no decision: decision_id /,
  )
  await expect(read(`${one}\n{`)).rejects.toThrow(/decisions.ndjson:2: no decision/)
  await expect(read(recorded('{}', 7))).rejects.toThrow(/llmtrigger.decisions\/0 at 7: no decision/)
  await expect(read(recorded(null))).rejects.toThrow(/no decision/)
  await expect(read('')).rejects.toThrow('holds no record')
  await expect(read(gzipSync(`${one}\n`.repeat(100)).subarray(0, 60))).rejects.toThrow('the gzip data is cut')
})
