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
  const { kafka, models, http } = config
  const withSecrets: Config = {
    ...config,
    kafka: kafka.sasl === undefined ? kafka : { ...kafka, sasl: withPassword(kafka.sasl, read) },
    ...(models !== undefined && { models: withKeys(models, read) }),
    http: {
      ...http,
      api_keys: http.api_keys.map((key, index) => read(['http', 'api_keys', `${index}`], key)),
    },
  }
  return { config: withSecrets, secrets, problems }
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
