import { resolve } from 'node:path'
import { readTextFile } from '../documents/read-text-file.ts'

export interface SecretOptions {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What `file:` paths are relative to. */
  readonly directory: string
}

export type Secret =
  { readonly ok: true; readonly value: string } | { readonly ok: false; readonly message: string }

/** The value of an `env:` or `file:` reference. */
export function readSecret(reference: string, options: SecretOptions): Secret {
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
