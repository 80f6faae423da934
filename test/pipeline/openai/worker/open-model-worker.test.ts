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
  const [one, other] = ['one', 'other'].map(
    model => worker.connect({ baseUrl, apiKey: undefined, model, timeoutMs: 10_000 }).ask,
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
  const { ask } = worker.connect({
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

/** Answers after 50 ms. */
async function slowModel() {
  const simulator = await startSimulator({ port: 0, latencyMs: 50 })
  const worker = openModelWorker()
  closing.push(simulator.close, worker.close)
  const { baseUrl } = simulator
  const { ask, keepTo } = worker.connect({ baseUrl, apiKey: undefined, model: 'm', timeoutMs: 10_000 })
  return { ask, keepTo, simulator }
}

test('makes no more calls at once than there are places, and says how long the others waited', async () => {
  const { ask, keepTo, simulator } = await slowModel()
  keepTo(2)
  const replies = await firstValueFrom(
    range(0, 6).pipe(
      mergeMap(n => ask(request(`question ${n}.`))),
      toArray(),
    ),
  )
  expect(simulator.stats()).toMatchObject({ requests: 6, in_flight_max: 2 })
  const held = replies.map(({ heldMs = 0 }) => Math.floor(heldMs / 45))
  expect(held.toSorted((a, b) => a - b).slice(0, 3)).toEqual([0, 0, 1])
  expect(Math.max(...held)).toBeGreaterThanOrEqual(2)
})

test('never makes a call that was abandoned while it waited for its place', async () => {
  const { ask, keepTo, simulator } = await slowModel()
  keepTo(1)
  const first = firstValueFrom(ask(request('the first')))
  const abandoned = ask(request('abandoned')).subscribe()
  const third = firstValueFrom(ask(request('the third')))
  abandoned.unsubscribe()
  await Promise.all([first, third])
  // More places let those in that wait.
  keepTo(null)
  await Promise.all([1, 2, 3].map(n => firstValueFrom(ask(request(`later ${n}`)))))
  expect(simulator.stats()).toMatchObject({ requests: 5, in_flight_max: 3 })
})
