import type { Config } from '../../schemas/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { readSecret, type Secret } from '../config/read-secret.ts'
import { renderProblem } from '../documents/render-problem.ts'
import type { CommandContext } from '../terminal/command-context.ts'

/** Where the API of a running process is, and what opens it. */
export interface ApiAccess {
  readonly url: string
  readonly key: string | undefined
}

export interface ApiAccessOptions extends Pick<CommandContext, 'configPath' | 'environment'> {
  /** The value of `--url`: then no configuration is needed. */
  readonly url: string | undefined
}

export type FoundAccess =
  | { readonly ok: true; readonly access: ApiAccess }
  | { readonly ok: false; readonly problems: readonly string[] }

const KEY_VARIABLE = 'LLMTRIGGER_API_KEY'

/** By `--url`, else by `http` of the configuration; with LLMTRIGGER_API_KEY, else with the first of `http.api_keys`. */
export function apiAccess({ url, configPath, environment }: ApiAccessOptions): FoundAccess {
  const key = givenKey(environment)
  if (url !== undefined && configPath === undefined) return { ok: true, access: { url, key } }
  const loaded = loadConfig({ path: configPath, environment, secrets: 'leave' })
  if (!loaded.ok) return { ok: false, problems: loaded.problems.map(renderProblem) }
  const { http } = loaded.config
  const address = url ?? addressOf(http)
  if (address === null)
    return { ok: false, problems: ['http.port is 0, any free one: name the address with --url'] }
  const [reference] = http.api_keys
  if (key !== undefined || reference === undefined) return { ok: true, access: { url: address, key } }
  return withSecret(address, readSecret(reference, { environment, directory: loaded.folder }))
}

function withSecret(url: string, secret: Secret): FoundAccess {
  if (secret.ok) return { ok: true, access: { url, key: secret.value } }
  return { ok: false, problems: [`http.api_keys.0: ${secret.message}; or set ${KEY_VARIABLE}`] }
}

/** What listens on all addresses is asked on one of them. Null: it takes any free port. */
function addressOf({ host, port }: Config['http']): string | null {
  if (port === 0) return null
  const isAny = host === '0.0.0.0' || host === '::'
  const name = host.includes(':') ? `[${host}]` : host
  return `http://${isAny ? '127.0.0.1' : name}:${port}`
}

function givenKey(environment: ApiAccessOptions['environment']): string | undefined {
  const key = environment[KEY_VARIABLE]
  return key === '' ? undefined : key
}
