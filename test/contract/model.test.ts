import { asyncScheduler, defer, finalize, tap } from 'rxjs'
import type { ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import type { AskModel } from '../../operators/asking/model.ts'
import { openaiModel } from '../../pipeline/openai/openai-model.ts'
import { openModelWorker } from '../../pipeline/openai/worker/open-model-worker.ts'
import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import { startEndpoint } from '../support/endpoint-server.ts'
import { scriptedModel } from '../support/scripted-model.ts'
import { describeModel, type ModelBehaviour, type ModelBench } from './model.contract.ts'

const HOUR_MS = 3_600_000
const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

describeModel('the scripted model', {
  failures: ['model_unreachable', 'model_rate_limited', 'model_key_rejected', 'model_refused'],
  timesOut: false,
  setUp: async behaviour => {
    const model = scriptedModel({
      clock: asyncScheduler,
      latencyMs: behaviour.kind === 'hang' ? HOUR_MS : 1,
      answer: () => scriptOf(behaviour),
    })
    return countAbandoned(model.ask, () => model.calls.length)
  },
})

/** Status and body by which an endpoint says each failure. */
const refusals: Partial<Record<FailureCode, readonly [status: number, error: Record<string, unknown>]>> = {
  model_rate_limited: [429, { type: 'requests', code: 'rate_limit_exceeded', message: 'slow down' }],
  model_overloaded: [503, { type: 'server_error', message: 'overloaded' }],
  model_key_rejected: [401, { type: 'invalid_request_error', code: 'invalid_api_key', message: 'bad key' }],
  model_out_of_money: [429, { type: 'insufficient_quota', code: 'insufficient_quota', message: 'no money' }],
  model_request_rejected: [400, { type: 'invalid_request_error', message: 'no' }],
}

const overHttp: readonly FailureCode[] = [
  'model_rate_limited',
  'model_overloaded',
  'model_key_rejected',
  'model_out_of_money',
  'model_request_rejected',
  'model_unreachable',
]

async function endpoint(behaviour: ModelBehaviour, connect: typeof openaiModel): Promise<ModelBench> {
  const server = await startEndpoint(response => {
    respond(response, behaviour)
  })
  closing.push(server.close)
  const timeoutMs = behaviour.kind === 'hang' ? behaviour.timeoutMs : 5000
  const ask = connect({ baseUrl: server.baseUrl, apiKey: 'sk-1', model: 'small', timeoutMs })
  return { ask, sent: () => server.received.length, abandoned: server.abandoned }
}

describeModel('an OpenAI-compatible endpoint', {
  failures: overHttp,
  timesOut: true,
  setUp: behaviour => endpoint(behaviour, openaiModel),
})

describeModel('an OpenAI-compatible endpoint, called in a thread of its own', {
  failures: overHttp,
  timesOut: true,
  setUp: async behaviour => {
    const worker = openModelWorker()
    closing.push(worker.close)
    return endpoint(behaviour, options => worker.connect(options).ask)
  },
})

function scriptOf(behaviour: ModelBehaviour) {
  if (behaviour.kind === 'reply') return { text: behaviour.text, finish: behaviour.finish }
  return behaviour.kind === 'fail' ? new PipelineError(behaviour.code, 'made to fail') : 'never reached'
}

/** Counts the requests that are unsubscribed before they end. */
function countAbandoned(ask: AskModel, sent: () => number): ModelBench {
  let abandoned = 0
  return {
    sent,
    abandoned: () => abandoned,
    ask: request =>
      defer(() => {
        let ended = false
        const end = () => {
          ended = true
        }
        return ask(request).pipe(
          tap({ complete: end, error: end }),
          finalize(() => {
            if (!ended) abandoned++
          }),
        )
      }),
  }
}

function respond(response: ServerResponse, behaviour: ModelBehaviour): void {
  if (behaviour.kind === 'hang') return
  if (behaviour.kind === 'reply') {
    write(response, 200, completion(behaviour))
    return
  }
  const refusal = refusals[behaviour.code]
  if (refusal === undefined) response.destroy()
  else write(response, refusal[0], { error: refusal[1] })
}

function write(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function completion({ text, finish }: Extract<ModelBehaviour, { kind: 'reply' }>): unknown {
  const refused = finish === 'refusal'
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'small',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: refused ? null : text, refusal: refused ? text : null },
        finish_reason: refused ? 'stop' : finish,
      },
    ],
    usage: { prompt_tokens: 412, completion_tokens: 31, total_tokens: 443 },
  }
}
