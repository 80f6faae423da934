import { defer, lastValueFrom, of, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { ModelRequest } from '../../../operators/asking/model.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { liveModel } from '../../../pipeline/rule-tests/live-model.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'

const request: ModelRequest = {
  messages: [{ role: 'user', content: 'Hi' }],
  answerSchema: {},
  outputTokensMax: 5,
}
const reply = { text: 'yes', finish: 'stop', tokens: { input: 1, output: 1 } } as const

/** A model that fails so often before it answers. */
function failing(times: number, code: FailureCode) {
  let asked = 0
  const clock = new DrivenClock(0)
  const model = liveModel(
    () => defer(() => (asked++ < times ? throwError(() => new PipelineError(code, 'away')) : of(reply))),
    clock,
  )
  const answer = lastValueFrom(model.ask(request)).then(
    ({ text }) => text,
    (error: unknown) => error,
  )
  clock.advanceTo(10_000)
  return { model, answer, asked: () => asked }
}

test('sends a call that failed again, and keeps what was said', async () => {
  const { model, answer, asked } = failing(2, 'model_overloaded')
  expect(await answer).toBe('yes')
  expect([asked(), model.calls]).toEqual([3, [{ messages: request.messages, answer: 'yes' }]])
})

test.each([
  ['model_overloaded', 3],
  ['model_request_rejected', 1],
] as const)('gives up after a %s that does not end, asked %i times', async (code, times) => {
  const { model, answer, asked } = failing(9, code)
  expect(await answer).toMatchObject({ code: 'model_request_rejected', retryable: false })
  expect([asked(), model.calls[0]?.answer]).toEqual([times, `nothing: ${code}: away`])
})
