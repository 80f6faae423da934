import { z } from 'zod'
import { PipelineError } from '../../schemas/failure.ts'
import { classifyRefusal } from './classify-refusal.ts'
import { REPLY_BYTES_MAX } from './http-exchange.ts'
import { readProviderLimits } from './read-provider-limits.ts'
import type { Endpoint } from './classify-refusal.ts'
import type { ModelReply } from '../../operators/asking/model.ts'

const count = z.number().min(0).catch(0)

/** Not every server says how much of the prompt it had in its cache. */
const cachedSchema = z
  .object({ cached_tokens: z.number().min(0).optional().catch(undefined) })
  .nullish()
  .catch(null)

const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: null }

const choiceSchema = z.object({
  finish_reason: z.string().nullish(),
  message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
})

const completionSchema = z.object({
  choices: z.tuple([choiceSchema], choiceSchema),
  // Absent at some servers; counted as nothing then.
  usage: z
    .object({ prompt_tokens: count, completion_tokens: count, prompt_tokens_details: cachedSchema })
    .nullish()
    .catch(null)
    .transform(usage => usage ?? NO_USAGE),
})

type Choice = z.infer<typeof choiceSchema>
type Usage = z.infer<typeof completionSchema>['usage']

/** Some gateways send a provider's refusal with status 200. */
const refusalSchema = z.object({ error: z.object({ code: z.unknown().optional() }) })

/**
 * Reads the body of a successful response.
 *
 * A body that is not a completion is `model_overloaded`, which is retryable: it comes from something in front of the
 * model (a proxy's page, a server that is starting), and the question itself was not judged.
 */
export async function readCompletion(
  response: Response,
  endpoint: Endpoint,
  nowMs: number,
): Promise<ModelReply> {
  const body = await readJson(response, endpoint)
  const parsed = completionSchema.safeParse(body)
  if (!parsed.success) throw noCompletion(body, { response, endpoint, nowMs, cause: parsed.error })
  const { choices, usage } = parsed.data
  const [choice] = choices
  if (choice.finish_reason === 'insufficient_system_resource') throw unusable(endpoint, 'broke off')
  const limits = readProviderLimits(response.headers, nowMs)
  return {
    text: choice.message.content ?? '',
    finish: finishOf(choice),
    tokens: tokensOf(usage),
    ...(limits && { limits }),
  }
}

function tokensOf({
  prompt_tokens: input,
  completion_tokens: output,
  prompt_tokens_details: details,
}: Usage) {
  const cached = details?.cached_tokens
  return cached === undefined ? { input, output } : { input, output, cached: Math.min(cached, input) }
}

async function readJson(response: Response, endpoint: Endpoint): Promise<unknown> {
  const text = await readText(response, endpoint)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unusable(endpoint, 'is not JSON', cause)
  }
}

async function readText(response: Response, endpoint: Endpoint): Promise<string> {
  const text = await response.text()
  if (text.length > REPLY_BYTES_MAX) throw unusable(endpoint, `is over ${REPLY_BYTES_MAX} bytes`)
  return text
}

interface UnreadBody {
  readonly response: Response
  readonly endpoint: Endpoint
  readonly nowMs: number
  readonly cause: unknown
}

function noCompletion(body: unknown, { response, endpoint, nowMs, cause }: UnreadBody): PipelineError {
  const refused = refusalSchema.safeParse(body)
  if (!refused.success) return unusable(endpoint, 'is no chat completion', cause)
  const { code } = refused.data.error
  const status = typeof code === 'number' && code >= 400 && code < 600 ? code : 502
  return classifyRefusal({ status, headers: response.headers, body, cause }, endpoint, nowMs)
}

function finishOf({ finish_reason: reason, message }: Choice): ModelReply['finish'] {
  if (reason === 'length' || reason === 'content_filter') return reason
  return message.refusal ? 'refusal' : 'stop'
}

function unusable({ baseUrl, model }: Endpoint, problem: string, cause?: unknown): PipelineError {
  return new PipelineError('model_overloaded', `the answer of ${model} at ${baseUrl} ${problem}`, { cause })
}
