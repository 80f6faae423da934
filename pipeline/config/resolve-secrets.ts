import { resolve } from 'node:path'
import type { Config } from '../../schemas/config.ts'
import { readTextFile } from '../documents/read-text-file.ts'

export interface SecretOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What `file:` paths are relative to. */
  readonly directory: string
}

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

type Secret = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string }

function readSecret(reference: string, options: SecretOptions): Secret {
  const kind = reference.slice(0, reference.indexOf(':'))
  const name = reference.slice(kind.length + 1)
  if (kind === 'env') return fromEnvironment(name, options.environment[name])
  const file = readTextFile(resolve(options.directory, name), name)
  if (!file.ok) return { ok: false, message: `the secret's file ${name}: ${file.problem.message}` }
  // Editors and `echo` end a file with a line break, which is no part of a secret.
  const value = file.text.replace(/\r?\n$/, '')
  return value === '' ? { ok: false, message: `the secret's file ${name} is empty` } : { ok: true, value }
}

function fromEnvironment(name: string, value: string | undefined): Secret {
  if (value === undefined || value === '') {
    return {
      ok: false,
      message: `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}`,
    }
  }
  return { ok: true, value }
}
