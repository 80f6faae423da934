import { expect, onTestFinished } from 'vitest'
import { httpServer } from '../../pipeline/http/http-server.ts'
import { memoryPartition } from '../../pipeline/memory/memory-partition.ts'
import { checkRuleValue } from '../../pipeline/rule-files/check-rule-value.ts'
import { openRulesApi, type RulesApiOptions } from '../../pipeline/rules-api/open-rules-api.ts'
import { configSchema } from '../../schemas/config.ts'
import { ruleStoreOn } from './rule-store-on.ts'

export const RULES_MAX = 50
const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

export interface Asking {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The API of rules as a process serves it, on rules in memory; each `ask` is a second later. */
export async function rulesServer(options: Partial<RulesApiOptions> & { apiKeys?: readonly string[] } = {}) {
  const { apiKeys = [], ...more } = options
  const log = memoryPartition()
  const store = ruleStoreOn(log, RULES_MAX)
  let nowMs = START_MS
  const api = openRulesApi({
    store,
    check: value => checkRuleValue(value, { ids: 'required', models: { configured: models } }),
    clock: { now: () => nowMs },
    ...more,
  })
  const onFailure = (error: unknown) => expect.fail(String(error))
  const server = await httpServer({ host: '127.0.0.1', port: 0, open: [], api, apiKeys, onFailure })
  onTestFinished(() => server.close())
  const ask = async (method: string, path: string, { body, headers }: Asking = {}) => {
    nowMs += 1000
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const parsed: unknown = text === '' ? null : JSON.parse(text)
    return { status: response.status, headers: response.headers, body: parsed }
  }
  return { ...server, ask, store, log }
}

const { models } = configSchema.parse({
  sources: [{ topic: 'events' }],
  models: { default: 'fast', fast: { provider: 'openai', base_url: 'http://localhost:1/v1', model: 'm' } },
})
