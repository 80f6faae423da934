import { firstValueFrom, retry, throwError } from 'rxjs'
import { answerSchema } from '../../operators/asking/answer-schema.ts'
import type { ModelRequest } from '../../operators/asking/model.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { FailureCode } from '../../schemas/failure.ts'
import { ADAPTATIONS_MAX } from '../openai/dialect-of.ts'
import { openaiModel } from '../openai/openai-model.ts'
import type { Check } from './check.ts'

/** A request of a few tokens: it finds out what a list of models would not, a wrong key and a wrong name. */
const probe: ModelRequest = {
  messages: [
    { role: 'user', content: 'Answer {"should_trigger": false, "confidence": 1, "reason": "probe"}' },
  ],
  answerSchema,
  outputTokensMax: 16,
}

/** Longest wait for the answer, whatever the model's own timeout is. */
const PROBE_TIMEOUT_MS_MAX = 30_000

/** Whether a model answers the request that the pipeline would send. */
export async function checkModel(name: string, model: RemoteModelConfig): Promise<readonly Check[]> {
  const ask = openaiModel({
    baseUrl: model.base_url,
    apiKey: model.api_key,
    model: model.model,
    timeoutMs: Math.min(model.timeout_seconds * 1000, PROBE_TIMEOUT_MS_MAX),
  })
  const startedAtMs = performance.now()
  const check = { name: `model ${name}` }
  try {
    await firstValueFrom(ask(probe).pipe(retry({ count: ADAPTATIONS_MAX, delay: onlyRefusedParameters })))
    const tookMs = Math.round(performance.now() - startedAtMs)
    return [{ ...check, status: 'ok', detail: `${model.model} answered in ${tookMs} ms`, fix: null }]
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    if (!error.code.startsWith('model_') || error.code === 'model_rate_limited') {
      return [{ ...check, status: 'ok', detail: `${model.model} answers: ${error.message}`, fix: null }]
    }
    return [{ ...check, status: 'failed', detail: error.message, fix: fixes(name)[error.code] ?? null }]
  }
}

/** What the endpoint does not take is left out of the next request, and this is the code that says so. */
function onlyRefusedParameters(error: unknown) {
  const again = error instanceof PipelineError && error.code === 'model_overloaded'
  return again ? Promise.resolve() : throwError(() => error)
}

function fixes(name: string): Partial<Record<FailureCode, string>> {
  return {
    model_key_rejected: `correct the key that models.${name}.api_key refers to`,
    model_out_of_money: 'top up the account, or raise its limit',
    model_overloaded: 'try again later',
    model_timeout: `raise models.${name}.timeout_seconds, or see what keeps the endpoint busy`,
    model_unreachable: `start it, or correct models.${name}.base_url and models.${name}.model`,
    model_request_rejected: `correct models.${name}.model; the endpoint must take OpenAI chat completions`,
  }
}
