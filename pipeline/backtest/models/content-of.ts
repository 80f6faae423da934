import type { Prompt } from '../../../operators/asking/build-prompt.ts'
import type { ModelRequest } from '../../../operators/asking/model.ts'

/** What a request asks, by its hash; windows alone ask in a backtest. */
export function contentOf({ contentHash }: ModelRequest): Pick<Prompt, 'contentHash'> {
  if (contentHash === undefined) throw new Error('a request without the hash of what it asks')
  return { contentHash: contentHash() }
}
