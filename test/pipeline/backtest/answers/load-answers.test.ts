import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadAnswers } from '../../../../pipeline/backtest/answers/load-answers.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const folder = () => temporaryFolder()
const hashOf = (n: number) => `${n}`.repeat(64).slice(0, 64)

function answer(n: number, more: object = {}) {
  return {
    question_hash: hashOf(n),
    model: 'fast',
    text: `answer ${n}`,
    finish: 'stop',
    tokens: { input: 100 + n, output: n },
    latency_ms: 10 * n,
    asked_at: '2026-11-20T10:00:00.000Z',
    ...more,
  }
}

function decision(n: number, more: object = {}) {
  return {
    decision_id: `d${n}`,
    outcome: 'triggered',
    confidence: 0.8,
    reason: 'because',
    error: null,
    question_hash: hashOf(n),
    attempts: 1,
    cache: 'miss',
    tokens: { input: 10, output: 5 },
    waited_ms: { window: 1, queue: 2, call: 30 },
    ...more,
  }
}

function write(lines: readonly (object | string)[], name = 'answers.ndjson'): string {
  const file = join(folder(), name)
  writeFileSync(
    file,
    lines.map(line => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''),
  )
  return file
}

const header = { llmtrigger_answers: 1 }

describe('loadAnswers', () => {
  test('reads an answers file; the last line of a question counts', async () => {
    const rejected = { error: { code: 'model_request_rejected', message: 'too long' }, text: '' }
    const lines = [header, answer(1), answer(2), answer(1, { text: 'again' }), answer(3, rejected)]
    const { known, unnamed } = await loadAnswers(write(lines))
    expect([known.size, unnamed]).toEqual([3, 0])
    expect(known.get(hashOf(1))).toEqual({
      kind: 'said',
      text: 'again',
      finish: 'stop',
      tokens: { input: 101, output: 1 },
      latencyMs: 10,
    })
    expect(known.get(hashOf(3))).toEqual({
      kind: 'refused',
      code: 'model_request_rejected',
      message: 'too long',
      tokens: { input: 103, output: 3 },
      latencyMs: 30,
    })
  })

  test('leaves out a last line that was cut, and takes one that is whole without its end', async () => {
    const file = write([header, answer(1), JSON.stringify(answer(2)).slice(0, 40)])
    expect((await loadAnswers(file)).known.size).toBe(1)
    const whole = write([header, answer(1), JSON.stringify(answer(2))])
    expect((await loadAnswers(whole)).known.size).toBe(2)
  })

  test('says which line is wrong, and why', async () => {
    const cases: [string | object, string][] = [
      ['{"question_hash\n', ':3: not JSON: {"question_hash'],
      [answer(2, { question_hash: 'x' }), ':3: question_hash: 64 hex digits'],
      [answer(2, { finish: 'unasked' }), ':3: finish: '],
      [{ llmtrigger_answers: 2 }, ':3: format 2 of answers files is unknown'],
      ['[]\n', ':3: no answer, no decision and no record'],
      [{ decision_id: 'd' }, ':3: no decision: '],
    ]
    for (const [line, problem] of cases) {
      const failure = { code: 'config_invalid', message: expect.stringContaining(problem) }
      await expect(loadAnswers(write([header, answer(1), line, answer(3)]))).rejects.toMatchObject(failure)
    }
    await expect(loadAnswers(join(folder(), 'none'))).rejects.toThrow('cannot be read (ENOENT)')
  })

  test.each([
    ['triggered', { should_trigger: true, confidence: 0.8, reason: 'because' }],
    ['below_threshold', { should_trigger: true, confidence: 0.8, reason: 'because' }],
    ['not_triggered', { should_trigger: false, confidence: 0.8, reason: 'because' }],
  ])('makes the verdict of a decision that is %s', async (outcome, verdict) => {
    const { known } = await loadAnswers(write([decision(1, { outcome })]))
    expect(known.get(hashOf(1))).toEqual({
      kind: 'said',
      text: JSON.stringify(verdict),
      finish: 'stop',
      tokens: { input: 10, output: 5 },
      latencyMs: 30,
    })
  })

  test('makes failures of decisions without a verdict, whatever their rule made of it', async () => {
    const error = { code: 'model_refused', message: 'would not' }
    const nothing = { confidence: null, reason: null, error }
    const lines = [
      decision(1, { outcome: 'undecided', ...nothing }),
      decision(2, { outcome: 'triggered', ...nothing, reason: 'no verdict', attempts: 2 }),
    ]
    const { known } = await loadAnswers(write(lines))
    const failed = { kind: 'failed', ...error, tokens: { input: 10, output: 5 } }
    expect(known.get(hashOf(1))).toEqual({ ...failed, latencyMs: 30 })
    expect(known.get(hashOf(2))).toEqual({ ...failed, latencyMs: null })
  })

  test('takes no verdict from what no model has judged', async () => {
    const nothing = { confidence: null, reason: 'x' }
    const missing = { outcome: 'undecided', ...nothing, error: { code: 'answer_missing', message: 'x' } }
    const lines = [
      decision(1, { outcome: 'skipped', ...nothing }),
      decision(2, { outcome: 'triggered', ...nothing }),
      decision(3, missing),
      decision(4, { outcome: 'cancelled', ...nothing, question_hash: null }),
    ]
    expect(await loadAnswers(write(lines))).toMatchObject({ known: { size: 0 }, unnamed: 0 })
  })

  test('knows no tokens of a decision that was answered from the cache, and counts decisions without a question', async () => {
    const free = { cache: 'hit', tokens: { input: 0, output: 0 }, attempts: 0 }
    const lines = [
      decision(1, free),
      decision(2, { question_hash: null }),
      decision(3, { question_hash: undefined }),
    ]
    const { known, unnamed } = await loadAnswers(write(lines))
    expect(known.get(hashOf(1))).toMatchObject({ tokens: null, latencyMs: null })
    expect([known.size, unnamed]).toEqual([1, 2])
  })

  test('reads a recording of decisions, packed as well, and passes over what else it holds', async () => {
    const record = (value: string | null, more: object = {}) => ({
      ...{ topic: 'llmtrigger.decisions', partition: 0, offset: '1', timestamp: '2026-11-20T10:00:00.000Z' },
      ...{ key: 'k', value, headers: {}, ...more },
    })
    const lines = [
      { llmtrigger_recording: 1 },
      record(JSON.stringify(decision(1))),
      record(Buffer.from(JSON.stringify(decision(2))).toString('base64'), { encoding: 'base64' }),
      record('{"event_type":"trade"}', { topic: 'signals' }),
      record('text'),
      record(null),
    ]
    const file = join(folder(), 'decisions.ndjson.gz')
    writeFileSync(file, gzipSync(lines.map(line => JSON.stringify(line)).join('\n')))
    expect((await loadAnswers(file)).known.size).toBe(2)
    appendFileSync(file, Buffer.from([1, 2, 3]))
    await expect(loadAnswers(file)).rejects.toThrow('the gzip data is damaged')
  })
})
