import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defer, map, type Observable, of, throwError, timer } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { ModelReply, ModelRequest } from '../../../../operators/asking/model.ts'
import { KnownAnswers } from '../../../../pipeline/backtest/answers/known-answers.ts'
import { loadAnswers } from '../../../../pipeline/backtest/answers/load-answers.ts'
import {
  openBacktestModel,
  type OpenBacktestModelOptions,
} from '../../../../pipeline/backtest/models/open-backtest-model.ts'
import { configSchema } from '../../../../schemas/config.ts'
import { type FailureCode, PipelineError } from '../../../../schemas/failure.ts'
import { eventRecord, playBacktest, type PlayedBacktest } from '../../../support/backtest/play-backtest.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

function remote(model: string, more: object = {}) {
  const price = { input_usd_per_million: 1, output_usd_per_million: 2 }
  const retries = { max_retries: 1, base_retry_delay_seconds: 0.001, max_retry_delay_seconds: 0.002 }
  return { provider: 'openai', base_url: 'http://localhost/v1', model, price, ...retries, ...more }
}

const alone = { kafka: { partitions: 3 }, models: { default: 'fast', fast: remote('fast-1') } }
const two = {
  models: { default: 'fast', fast: remote('fast-1', { fallback: ['spare'] }), spare: remote('spare-1') },
}

const rule = {
  rule_id: 'each',
  name: 'each',
  event_types: ['trade'],
  rule_config: {
    rule_type: 'llm',
    llm_config: { description: 'Odd volumes', confidence_threshold: 0.5, on_failure: 'trigger' },
  },
}

/** So many trades, one a second, of which some say the same. */
function trades(count: number) {
  return Array.from({ length: count }, (_, n) => {
    const timestamp = new Date(Date.UTC(2026, 0, 1, 0, 0, n % 8)).toISOString()
    const event = { event_type: 'trade', timestamp, context_key: 'A', data: { volume: n % 8 } }
    return eventRecord(n * 1000, event, { offset: n })
  })
}

type Answer = (request: ModelRequest, model: string, call: number) => Observable<ModelReply>

/** Answers by the volume, after a time of its own. */
const odd: Answer = ({ messages }, _model, call) => {
  const volume = Number(/"volume":(\d+)/.exec(messages[1]?.content ?? '')?.[1] ?? 0)
  const verdict = {
    should_trigger: volume % 2 === 1,
    confidence: volume / 8,
    reason: `${volume}, call ${call}`,
  }
  const reply: ModelReply = {
    text: JSON.stringify(verdict),
    finish: 'stop',
    tokens: { input: 100 + volume, output: 10 },
  }
  return timer((call % 3) * 3).pipe(map(() => reply))
}

interface BenchOptions extends Partial<Omit<OpenBacktestModelOptions, 'connect'>> {
  readonly config?: object
  readonly answer?: Answer
  readonly count?: number
  /** Loaded first, where it is there. */
  readonly file?: string
}

async function run({ config = alone, answer = odd, count = 20, file, ...more }: BenchOptions) {
  const asked: string[] = []
  const model = openBacktestModel({
    mode: 'live',
    models: configSchema.parse({ sources: [{ topic: 'any' }], ...config }).models,
    known: file !== undefined && existsSync(file) ? (await loadAnswers(file)).known : new KnownAnswers(),
    keepIn: file,
    latency: 0,
    budgetUsd: null,
    callsMax: null,
    ...more,
    connect: (_described, name) => request =>
      defer(() => {
        asked.push(name)
        return answer(request, name, asked.length)
      }),
  })
  try {
    const played = await playBacktest({ rules: [rule], records: trades(count), config, model })
    return { ...played, asked, counts: { ...model.counts }, spent: model.spent }
  } finally {
    model.close()
  }
}

function outcomes({ decisions }: Pick<PlayedBacktest, 'decisions'>) {
  return decisions.map(({ outcome }) => outcome)
}

const fails =
  (code: FailureCode): Answer =>
  () =>
    throwError(() => new PipelineError(code, 'made to fail'))

describe('a live model', () => {
  test('is asked each question once, and never again by whoever has its answers: with the same decisions, byte for byte', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const first = await run({ file })
    expect(first.asked).toHaveLength(8)
    expect(first.counts).toEqual({ known: 12, asked: 8, missing: 0 })
    expect(new Set(outcomes(first))).toEqual(new Set(['triggered', 'below_threshold', 'not_triggered']))
    const second = await run({ file })
    expect(second.asked).toEqual([])
    expect(second.counts).toEqual({ known: 20, asked: 0, missing: 0 })
    expect(second.lines('decisions')).toBe(first.lines('decisions'))
    const journal = await run({ file, mode: 'journal' })
    expect(journal.lines('decisions')).toBe(first.lines('decisions'))
    expect(journal.counts).toEqual({ known: 20, asked: 0, missing: 0 })
  })

  test('goes on where a run ended that was broken off', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const whole = await run({})
    await run({ file, count: 5 })
    const rest = await run({ file })
    expect(rest.asked).toHaveLength(3)
    expect(outcomes(rest)).toEqual(outcomes(whole))
  })

  test('stops asking at its number of calls, and skips what it does not know', async () => {
    const { asked, decisions, spent } = await run({ callsMax: 3 })
    expect(asked).toHaveLength(3)
    expect(spent).toBe('calls')
    const skipped = decisions.filter(({ outcome }) => outcome === 'skipped')
    expect(skipped[0]).toMatchObject({
      reason: 'not asked: --max-calls 3 is used up',
      attempts: 0,
      model: null,
      budget: 'skip',
      cost_usd: 0,
    })
    // Of twenty windows, those of the three questions that were asked.
    expect(decisions.length - skipped.length).toBe(9)
  })

  test('stops asking before it may cost more than the budget', async () => {
    const { asked, decisions, spent } = await run({ budgetUsd: 0.0018 })
    expect(spent).toBe('money')
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.length).toBeLessThan(8)
    expect(decisions.reduce((sum, { cost_usd: usd }) => sum + usd, 0)).toBeLessThanOrEqual(0.0018)
    expect(outcomes({ decisions })).toContain('skipped')
  })

  test('asks again after a failure that may pass', async () => {
    const answer: Answer = (request, model, call) =>
      call === 1 ? throwError(() => new PipelineError('model_timeout', 'slow')) : odd(request, model, call)
    const { asked, decisions } = await run({ answer, count: 1 })
    expect(asked).toHaveLength(2)
    expect(decisions).toMatchObject([{ outcome: 'not_triggered', attempts: 1 }])
  })

  test('ends the run when the model cannot be had, and keeps what was answered', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const answer: Answer = (request, model, call) =>
      call > 2 ? fails('model_key_rejected')(request, model, call) : odd(request, model, call)
    await expect(run({ file, answer })).rejects.toMatchObject({
      code: 'model_unavailable',
      message: 'fast cannot be had: model_key_rejected: made to fail',
    })
    expect((await loadAnswers(file)).known.size).toBe(2)
  })

  test('leaves it to the model in its place, and does so again from the answers', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const answer: Answer = (request, model, call) =>
      model === 'fast' ? fails('model_overloaded')(request, model, call) : odd(request, model, call)
    const first = await run({ config: two, file, answer, count: 3 })
    expect(first.decisions.map(({ model, attempts }) => [model, attempts])).toEqual(
      Array.from({ length: 3 }, () => ['spare', 2]),
    )
    const second = await run({ config: two, file, answer, count: 3 })
    expect(second.asked).toEqual([])
    expect(second.lines('decisions')).toBe(first.lines('decisions'))
  })

  test('keeps that a question was refused, and does not ask it again', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const first = await run({ file, answer: fails('model_request_rejected'), count: 2 })
    expect(first.decisions).toMatchObject([
      { outcome: 'triggered', error: { code: 'model_request_rejected', message: 'made to fail' } },
      { outcome: 'triggered' },
    ])
    const second = await run({ file, count: 2 })
    expect(second.asked).toEqual([])
    expect(second.lines('decisions')).toBe(first.lines('decisions'))
  })

  test('asks a corrective question once, too', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const reply: ModelReply = { text: 'maybe', finish: 'stop', tokens: { input: 1, output: 1 } }
    const answer: Answer = (request, model, call) => (call === 1 ? of(reply) : odd(request, model, call))
    const first = await run({ file, answer, count: 1 })
    expect(first.decisions).toMatchObject([{ attempts: 2, outcome: 'not_triggered' }])
    const second = await run({ file, count: 1 })
    expect([second.asked, second.lines('decisions')]).toEqual([[], first.lines('decisions')])
  })
})

describe('a journal', () => {
  test('answers from decisions, with the verdicts and failures that they name', async () => {
    const folder = temporaryFolder()
    const refused: ModelReply = { text: '', finish: 'refusal', tokens: { input: 5, output: 1 } }
    const answer: Answer = (request, model, call) => (call === 3 ? of(refused) : odd(request, model, call))
    const live = await run({ answer })
    const file = join(folder, 'decisions.ndjson')
    writeFileSync(file, live.lines('decisions'))
    const again = await run({ file, mode: 'journal' })
    expect(again.counts).toEqual({ known: 20, asked: 0, missing: 0 })
    expect(again.lines('decisions')).toBe(live.lines('decisions'))
    expect(again.decisions[2]).toMatchObject({ error: { code: 'model_refused' } })
  })

  test('leaves undecided what it does not know, though the rule triggers on failures, and counts it', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    await run({ file, count: 3 })
    const { decisions, counts, asked } = await run({ file, mode: 'journal', count: 5 })
    expect([asked, counts]).toEqual([[], { known: 3, asked: 0, missing: 2 }])
    expect(outcomes({ decisions }).slice(3)).toEqual(['undecided', 'undecided'])
    expect(decisions[4]).toMatchObject({
      error: {
        code: 'answer_missing',
        message: expect.stringMatching(/^no answer of fast is recorded for this question \([0-9a-f]{16}…\)$/),
      },
    })
  })

  test('finds the failure of the last model of a chain, though the first is asked', async () => {
    const file = join(temporaryFolder(), 'decisions.ndjson')
    const answer: Answer = (_request, model) =>
      model === 'fast'
        ? throwError(() => new PipelineError('model_overloaded', 'busy'))
        : of({ text: '', finish: 'content_filter', tokens: { input: 1, output: 0 } })
    const live = await run({ config: two, answer, count: 2 })
    writeFileSync(file, live.lines('decisions'))
    const again = await run({ config: two, file, mode: 'journal', count: 2 })
    expect(again.decisions).toMatchObject([
      { model: 'spare', error: { code: 'model_content_filtered' } },
      { model: 'spare', error: { code: 'model_content_filtered' } },
    ])
  })
})

describe('a scripted model', () => {
  test('answers as the simulated provider does', async () => {
    const script = join(temporaryFolder(), 'script.json')
    writeFileSync(
      script,
      JSON.stringify([
        { match: '"volume":3', should_trigger: true, confidence: 0.9, reason: 'three' },
        { when: 'sum.volume > 100' },
      ]),
    )
    const { decisions, counts } = await run({ mode: 'scripted', scriptFile: script, count: 4 })
    expect(outcomes({ decisions })).toEqual(['not_triggered', 'not_triggered', 'not_triggered', 'triggered'])
    expect(decisions[3]).toMatchObject({ reason: 'three', confidence: 0.9, tokens: { output: 15 } })
    expect(counts).toEqual({ known: 4, asked: 0, missing: 0 })
  })

  test('says what is wrong with its script', async () => {
    const folder = temporaryFolder({
      'a.json': '{',
      'b.json': '[{"when": "count >"}]',
      'c.json': '[{"x": 1}]',
    })
    const open = (name: string) => run({ mode: 'scripted', scriptFile: join(folder, name), count: 1 })
    await expect(open('a.json')).rejects.toThrow('a.json: not JSON')
    await expect(open('b.json')).rejects.toThrow('b.json: expression "count >"')
    await expect(open('c.json')).rejects.toThrow('c.json: answers.0')
    await expect(open('d.json')).rejects.toThrow('d.json: there is no such file')
  })
})

describe('without a model', () => {
  test('counts the tokens of questions that were asked before, and estimates others by them', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    const dear: Answer = (request, model, call) =>
      odd(request, model, call).pipe(map(reply => ({ ...reply, tokens: { input: 1000, output: 37 } })))
    const trade = (n: number) =>
      eventRecord(n * 1000, { event_type: 'trade', data: { volume: n % 8 } }, { offset: n })
    const known = new KnownAnswers()
    const play = async (mode: 'live' | 'none', count: number) => {
      const answers = existsSync(file) ? (await loadAnswers(file)).known : known
      const models = configSchema.parse({ sources: [{ topic: 'any' }], ...alone }).models
      const model = openBacktestModel({
        ...{ mode, models, known: answers, keepIn: file, latency: 0, budgetUsd: null, callsMax: null },
        connect: () => request => dear(request, 'fast', 1),
      })
      const records = Array.from({ length: count }, (_, n) => trade(n))
      const { decisions } = await playBacktest({ rules: [rule], records, config: alone, model })
      model.close()
      return decisions
    }
    const [cold] = await play('none', 1)
    expect(cold?.tokens.output).toBe(60)
    await play('live', 12)
    const decisions = await play('none', 14)
    expect(outcomes({ decisions })).toEqual(Array.from({ length: 14 }, () => 'skipped'))
    expect(decisions.slice(0, 12).map(({ tokens }) => tokens)).toEqual(
      Array.from({ length: 12 }, () => ({ input: 1000, output: 37 })),
    )
    for (const { tokens } of decisions.slice(12)) {
      expect(Math.abs(tokens.input - 1000)).toBeLessThan(20)
      expect(tokens.output).toBe(37)
    }
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(14)
  })
})

describe('a latency', () => {
  test('is drawn from what is recorded, the same in every run', async () => {
    const file = join(temporaryFolder(), 'answers.ndjson')
    await run({ file })
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    const timed = lines.map((line, n) => line.replace(/"latency_ms":[\d.]+/, `"latency_ms":${n * 100}`))
    writeFileSync(file, `${timed.join('\n')}\n`)
    const drawn = await run({ file, mode: 'journal', latency: 'recorded' })
    const calls = drawn.decisions.map(({ waited_ms }) => waited_ms.call)
    expect(new Set(calls).size).toBeGreaterThan(2)
    for (const call of calls) expect(call % 100).toBe(0)
    const again = await run({ file, mode: 'journal', latency: 'recorded' })
    expect(again.lines('decisions')).toBe(drawn.lines('decisions'))
    const fixed = await run({ file, mode: 'journal', latency: 250 })
    expect(new Set(fixed.decisions.map(({ waited_ms }) => waited_ms.call))).toEqual(new Set([250]))
  })

  test('cannot be drawn while the answers grow, since the next run would draw others', async () => {
    await expect(run({ latency: 'recorded' })).rejects.toThrow('run it live first, and then with --answers')
  })

  test('cannot be drawn where none is recorded', async () => {
    await expect(run({ mode: 'journal', latency: 'recorded' })).rejects.toThrow(
      '--latency recorded: the answers name no latency',
    )
  })
})
