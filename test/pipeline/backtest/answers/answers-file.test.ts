import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AnswersFile } from '../../../../pipeline/backtest/answers/answers-file.ts'
import { loadAnswers } from '../../../../pipeline/backtest/answers/load-answers.ts'
import type { RecordedAnswer } from '../../../../schemas/backtest/recorded-answer.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const folder = () => temporaryFolder()

function answer(n: number): RecordedAnswer {
  return {
    question_hash: `${n}`.repeat(64),
    model: 'fast',
    text: `ü ${n}`,
    finish: 'stop',
    tokens: { input: 1, output: 2 },
    latency_ms: 3,
    asked_at: '2026-11-20T10:00:00.000Z',
  }
}

function append(file: string, ...numbers: readonly number[]): void {
  const answers = new AnswersFile(file)
  for (const n of numbers) answers.append(answer(n))
  answers.close()
}

test('makes the file with its first line, and goes on where it ended', async () => {
  const file = join(folder(), 'answers.ndjson')
  append(file, 1)
  append(file, 2, 3)
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  expect(lines.map(line => JSON.parse(line))).toEqual([
    { llmtrigger_answers: 1 },
    answer(1),
    answer(2),
    answer(3),
  ])
  expect((await loadAnswers(file)).known.size).toBe(3)
})

test('goes on behind the last whole line where a process was killed while it wrote', async () => {
  const file = join(folder(), 'cut.ndjson')
  append(file, 1)
  appendFileSync(file, JSON.stringify(answer(2)).slice(0, 30))
  append(file, 3)
  const { known } = await loadAnswers(file)
  expect([known.size, known.get('3'.repeat(64))]).toMatchObject([2, { text: 'ü 3' }])
})

test('writes to no file that is something else', () => {
  for (const text of ['{"topic":"signals"}\n', '\n', 'x', '{"llmtrigger_answers":2}\n']) {
    const file = join(folder(), 'other.ndjson')
    writeFileSync(file, text)
    expect(() => new AnswersFile(file)).toThrow('is no answers file')
    expect(readFileSync(file, 'utf8')).toBe(text)
  }
  const at = folder()
  expect(() => new AnswersFile(at)).toThrow('answers cannot be written there (EISDIR)')
})
