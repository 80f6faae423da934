import pino from 'pino'
import type { DestinationStream, Logger } from 'pino'
import { PipelineError } from '../schemas/failure.ts'

export interface LogOptions {
  /** Of LLMTRIGGER_LOG_LEVEL; info when it is absent or empty. */
  readonly level?: string | undefined
  /** Values that never leave this process, wherever they turn up. */
  readonly secrets?: readonly string[]
  /** The error output of the process where it is absent. */
  readonly destination?: DestinationStream
}

const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']

/** Names of fields whose values are secrets. */
const secretFields = [
  'api_key',
  'apiKey',
  'api_keys',
  'password',
  'authorization',
  'Authorization',
  'token',
  'bot_token',
  'secret',
]

/** How deep such fields are looked for; known values are found at any depth. */
const SECRET_DEPTH_MAX = 5

/** Shorter values are no secrets, and cutting them out would make the log unreadable. */
const SECRET_LENGTH_MIN = 4

/** A log of JSON lines on the error output, in which no secret appears. */
export function createLog(options: LogOptions = {}): Logger {
  const { level, secrets = [], destination = pino.destination({ fd: 2, sync: true }) } = options
  return pino(
    {
      level: checkedLevel(level),
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      serializers: { err: errorFields },
      redact: { paths: redactedPaths(), censor: '[redacted]' },
      hooks: { streamWrite: withoutSecrets(secrets) },
    },
    destination,
  )
}

/** Nothing else that may hang on an error: on some of Node's hangs a socket, which cannot be walked through. */
function errorFields(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack, ...('code' in error && { code: String(error.code) }) }
}

function checkedLevel(level: string | undefined): string {
  if (level === undefined || level === '') return 'info'
  if (levels.includes(level)) return level
  throw new PipelineError('config_invalid', `LLMTRIGGER_LOG_LEVEL must be one of ${levels.join(', ')}`)
}

function redactedPaths(): string[] {
  const depths = Array.from({ length: SECRET_DEPTH_MAX }, (_, depth) => '*.'.repeat(depth))
  return depths.flatMap(prefix => secretFields.map(field => `${prefix}${field}`))
}

/** The last thing before a line is written, so it also covers messages, stacks and the causes of errors. */
function withoutSecrets(secrets: readonly string[]): (line: string) => string {
  const forms = secrets.filter(secret => secret.length >= SECRET_LENGTH_MIN).flatMap(formsOf)
  // A long one first, since a short one may be a part of it.
  const wanted = [...new Set(forms)].toSorted((a, b) => b.length - a.length)
  if (wanted.length === 0) return line => line
  return line => wanted.reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line)
}

/** As it is, as JSON writes it, and as it stands in an address. */
function formsOf(secret: string): readonly string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]
}
