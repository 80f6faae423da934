import { answerSchema } from '../../operators/asking/answer-schema.ts'
import { contentHash } from '../../operators/gateway/answers/content-hash.ts'
import { OUTPUT_TOKENS_MAX } from '../../operators/judging/window-call.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'

/** Hashes questions to a model of the configuration. */
export function questionHashOf(
  model: Pick<RemoteModelConfig, 'base_url' | 'model'>,
): ReturnType<typeof contentHash> {
  return contentHash({
    baseUrl: model.base_url,
    modelId: model.model,
    temperature: 0,
    outputTokensMax: OUTPUT_TOKENS_MAX,
    answerSchema,
  })
}
