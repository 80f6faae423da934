import { firstValueFrom, toArray, mergeMap, range, map } from 'rxjs'
import { afterEach, expect, test } from 'vitest'
import type { ModelRequest } from '../../../../operators/asking/model.ts'
import { openModelWorker } from '../../../../pipeline/openai/worker/open-model-worker.ts'
import { startSimulator } from '../../../../pipeline/simulator/start-simulator.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const request = (content: string): ModelRequest => ({
  messages: [{ role: 'user', content }],
  answerSchema: { type: 'object' },
  outputTokensMax: 100,
  // As of a window: a function, which cannot be copied to another thread.
  contentHash: () => content,
})

test('gives each of many calls at once its own reply', async () => {
  const answers = Array.from({ length: 20 }, (_, n) => ({
    match: `question ${n}.`,
    confidence: 0.5,
    reason: `answer ${n}`,
  }))
  const simulator = await startSimulator({ port: 0, answers })
  const worker = openModelWorker()
  closing.push(simulator.close, worker.close)
  const { baseUrl } = simulator
  const [one, other] = ['one', 'other'].map(model =>
    worker.connect({ baseUrl, apiKey: undefined, model, timeoutMs: 10_000 }),
  )
  const asked$ = range(0, 200).pipe(
    mergeMap(n => {
      const ask = n % 2 === 0 ? one : other
      if (ask === undefined) throw new Error('two models are connected')
      return ask(request(`question ${n % 20}.`)).pipe(map(({ text }) => text.includes(`"answer ${n % 20}"`)))
    }),
    toArray(),
  )
  expect(await firstValueFrom(asked$)).toEqual(Array.from({ length: 200 }, () => true))
})

test('says what is wrong as it is said here', async () => {
  const worker = openModelWorker()
  closing.push(worker.close)
  const ask = worker.connect({
    baseUrl: 'http://127.0.0.1:1/v1',
    apiKey: undefined,
    model: 'm',
    timeoutMs: 5000,
  })
  await expect(firstValueFrom(ask(request('who is there?')))).rejects.toMatchObject({
    name: 'PipelineError',
    code: 'model_unreachable',
    retryable: true,
    cause: expect.stringContaining('Connection error'),
  })
})
