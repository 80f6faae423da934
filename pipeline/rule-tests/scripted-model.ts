import { setImmediate } from 'node:timers/promises'
import { concatMap, defer, from, of, throwError } from 'rxjs'
import { estimateTokens } from '../../operators/asking/estimate-tokens.ts'
import type { ModelReply } from '../../operators/asking/model.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { TestAnswer } from '../../schemas/rule-test.ts'
import type { TestCall, TestModel } from './test-model.ts'

/** A model that gives the answers of a test, one call after the other, and says so when it has none left. */
export function scriptedModel(answers: readonly TestAnswer[]): TestModel {
  const script = answers.flatMap(answer => Array.from({ length: answer.repeat ?? 1 }, () => answer))
  const calls: TestCall[] = []
  return {
    calls,
    concurrency: null,
    ask: ({ messages }) =>
      defer(() => {
        const answer = script[calls.length] ?? null
        calls.push({ messages, answer: answer === null ? null : JSON.stringify(answer) })
        const reply = replyOf(answer, calls.length)
        // A macrotask later: a test with many calls lets the rest of the process work in between.
        return from(setImmediate()).pipe(
          concatMap(() => (reply instanceof PipelineError ? throwError(() => reply) : of(reply))),
          concatMap(({ text, finish }) => {
            const input = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)
            return of({ text, finish, tokens: { input, output: estimateTokens(text) } })
          }),
        )
      }),
  }
}

type Words = Pick<ModelReply, 'text' | 'finish'>

const finishes: Readonly<Record<string, ModelReply['finish']>> = {
  model_refused: 'refusal',
  model_content_filtered: 'content_filter',
  answer_truncated: 'length',
}

function replyOf(answer: TestAnswer | null, number: number): Words | PipelineError {
  if (answer === null) {
    const message = `the test has no answer for call ${number}: add one to answers`
    return new PipelineError('model_request_rejected', message)
  }
  const { failure, raw, should_trigger, confidence, reason = '' } = answer
  if (failure !== undefined) {
    const finish = finishes[failure]
    if (finish === undefined) return new PipelineError(failure, 'the answer of the test is a failure')
    return { text: '', finish }
  }
  return { text: raw ?? JSON.stringify({ should_trigger, confidence, reason }), finish: 'stop' }
}
