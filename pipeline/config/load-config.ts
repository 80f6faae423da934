import { dirname, resolve } from 'node:path'
import { configSchema } from '../../schemas/config.ts'
import type { Config } from '../../schemas/config.ts'
import { readDocuments } from '../documents/read-documents.ts'
import type { SourceDocument } from '../documents/read-documents.ts'
import { readTextFile } from '../documents/read-text-file.ts'
import { isMapping } from '../documents/is-mapping.ts'
import { problemAt } from '../documents/problem-at.ts'
import type { Problem } from '../documents/problem.ts'
import { shapeProblems } from '../documents/shape-problems.ts'
import { findConfigFile } from './find-config-file.ts'
import { resolveSecrets } from './resolve-secrets.ts'

export interface LoadConfigOptions {
  /** The value of `--config`. */
  readonly path?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The working directory. */
  readonly directory?: string
  /** `leave`: for a look at the configuration where its secrets are not to be had. */
  readonly secrets?: 'read' | 'leave'
}

export type LoadedConfig =
  | {
      readonly ok: true
      /** Frozen; secrets are their values, and the paths of rules are absolute. */
      readonly config: Config
      readonly file: string
      /** Of the file, absolute: what its paths are relative to. */
      readonly folder: string
      /** The values of the secrets, to be kept out of whatever is written. */
      readonly secrets: readonly string[]
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

const BROKERS_VARIABLE = 'LLMTRIGGER_KAFKA_BROKERS'

/** Reads the configuration whole, or says everything that is wrong with it at once. */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const { environment, directory = process.cwd() } = options
  const found = findConfigFile({ path: options.path, environment, directory })
  if (!found.ok) return { ok: false, problems: [found.problem] }
  const read = readTextFile(found.path, found.shownAs)
  if (!read.ok) return { ok: false, problems: [read.problem] }
  const document = onlyDocument(found.shownAs, read.text)
  if (!document.ok) return document
  const checked = check(document.document, environment[BROKERS_VARIABLE])
  if (!checked.ok) return checked
  return complete(checked.config, { ...options, document: document.document, folder: dirname(found.path) })
}

interface Completion extends Pick<LoadConfigOptions, 'environment' | 'secrets'> {
  readonly document: SourceDocument
  /** Of the configuration file: what its paths are relative to. */
  readonly folder: string
}

function complete(parsed: Config, { environment, secrets, document, folder }: Completion): LoadedConfig {
  const resolved =
    secrets === 'leave'
      ? { config: parsed, secrets: [], problems: [] }
      : resolveSecrets(parsed, { environment, directory: folder })
  const missing = resolved.problems.map(({ path, message }) => problemAt(document, path, message))
  const problems = [...unsupported(document, parsed), ...missing]
  if (problems.length > 0) return { ok: false, problems }
  const rules = resolved.config.rules.map(path => resolve(folder, path))
  const config = deepFreeze({ ...resolved.config, rules })
  return { ok: true, config, file: document.file, folder, secrets: resolved.secrets }
}

type OnlyDocument = { ok: true; document: SourceDocument } | { ok: false; problems: readonly Problem[] }

function onlyDocument(file: string, text: string): OnlyDocument {
  const { documents, problems } = readDocuments(file, text)
  const [document, second] = documents
  if (problems.length > 0) return { ok: false, problems }
  const refuse = (message: string): OnlyDocument => ({
    ok: false,
    problems: [{ code: 'shape', file, line: 1, column: 1, path: '', message }],
  })
  if (document === undefined) return refuse('the file is empty; at least sources is needed')
  if (second !== undefined) return refuse('holds several documents (---); a configuration is one')
  return { ok: true, document }
}

type Checked = { ok: true; config: Config } | { ok: false; problems: readonly Problem[] }

function check(document: SourceDocument, brokers: string | undefined): Checked {
  const overridden = withBrokers(document, brokers)
  const parsed = configSchema.safeParse(overridden.value)
  if (!parsed.success) {
    const problems = shapeProblems(overridden, configSchema, parsed.error.issues)
    return { ok: false, problems: overridden === document ? problems : problems.map(blameVariable) }
  }
  return { ok: true, config: parsed.data }
}

function withBrokers(document: SourceDocument, list: string | undefined): SourceDocument {
  const { value } = document
  if (list === undefined || list.trim() === '' || !isMapping(value)) return document
  const kafka = value['kafka'] ?? {}
  if (!isMapping(kafka)) return document
  const brokers = list.split(',').map(broker => broker.trim())
  return {
    ...document,
    value: { ...value, kafka: { ...kafka, brokers: brokers.filter(broker => broker !== '') } },
  }
}

function blameVariable(problem: Problem): Problem {
  if (!problem.path.startsWith('kafka.brokers')) return problem
  return { code: problem.code, file: BROKERS_VARIABLE, path: problem.path, message: problem.message }
}

/** What the file may say but this version cannot do, and would do wrong. */
function unsupported(document: SourceDocument, config: Config): readonly Problem[] {
  const formats = config.sources.flatMap(({ format }, index) =>
    format === 'json'
      ? []
      : [
          problemAt(
            document,
            ['sources', index, 'format'],
            `${format} is not supported by this version; only json is`,
          ),
        ],
  )
  const model = config.models?.[config.models.default]
  if (typeof model !== 'object' || model.provider !== 'llama') return formats
  const message =
    'names a local model (provider: llama), which this version cannot run; name one with provider: openai'
  return [...formats, problemAt(document, ['models', 'default'], message)]
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part)
  }
  return Object.freeze(value)
}
