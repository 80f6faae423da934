import type { Config } from '../../schemas/config.ts'
import { readSecret, type SecretOptions } from './read-secret.ts'

export interface SecretProblem {
  readonly path: readonly string[]
  readonly message: string
}

export interface ResolvedSecrets {
  readonly config: Config
  /** The values, so that whatever writes logs can keep them out. */
  readonly secrets: readonly string[]
  readonly problems: readonly SecretProblem[]
}

/** Puts the values of `env:` and `file:` references in their place; only those that something here uses are read. */
export function resolveSecrets(config: Config, options: SecretOptions): ResolvedSecrets {
  const secrets: string[] = []
  const problems: SecretProblem[] = []
  const read = (path: readonly string[], reference: string): string => {
    const secret = readSecret(reference, options)
    if (secret.ok) secrets.push(secret.value)
    else problems.push({ path, message: secret.message })
    return secret.ok ? secret.value : ''
  }
  const readUrl = (reference: string): string => {
    const path = ['redis', 'url']
    const url = read(path, reference)
    const passwords = url === '' ? [] : passwordsIn(url)
    if (passwords === undefined)
      problems.push({ path, message: 'does not refer to a redis:// or rediss:// address' })
    else secrets.push(...passwords)
    return url
  }
  const { kafka, models, redis, http } = config
  const withSecrets: Config = {
    ...config,
    kafka: kafka.sasl === undefined ? kafka : { ...kafka, sasl: withPassword(kafka.sasl, read) },
    ...(models !== undefined && { models: withKeys(models, read) }),
    ...(redis !== undefined && { redis: { url: isReference(redis.url) ? readUrl(redis.url) : redis.url } }),
    http: {
      ...http,
      api_keys: http.api_keys.map((key, index) => read(['http', 'api_keys', `${index}`], key)),
    },
  }
  return { config: withSecrets, secrets, problems }
}

function isReference(text: string): boolean {
  return text.startsWith('env:') || text.startsWith('file:')
}

/** As they stand in the address, and what they mean; undefined where that is none of Redis. */
function passwordsIn(url: string): readonly string[] | undefined {
  if (!/^rediss?:\/\/[^/]/.test(url) || !URL.canParse(url)) return undefined
  const { password } = new URL(url)
  try {
    return password === '' ? [] : [...new Set([password, decodeURIComponent(password)])]
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

type Read = (path: readonly string[], reference: string) => string
type Sasl = NonNullable<Config['kafka']['sasl']>
type Models = NonNullable<Config['models']>

function withPassword(sasl: Sasl, read: Read): Sasl {
  return { ...sasl, password: read(['kafka', 'sasl', 'password'], sasl.password) }
}

function withKeys(models: Models, read: Read): Models {
  const copy: Models = { ...models }
  for (const [name, model] of Object.entries<string | Models[string]>(models)) {
    if (typeof model === 'string' || model.provider !== 'openai' || model.api_key === undefined) continue
    copy[name] = { ...model, api_key: read(['models', name, 'api_key'], model.api_key) }
  }
  return copy
}
