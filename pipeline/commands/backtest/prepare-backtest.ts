import { existsSync } from 'node:fs'
import type { BacktestExpectation } from '../../../schemas/backtest/backtest-expectation.ts'
import type { Config, SourceConfig } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { KnownAnswers } from '../../backtest/answers/known-answers.ts'
import { loadAnswers } from '../../backtest/answers/load-answers.ts'
import { loadExpectation } from '../../backtest/assertions/load-expectation.ts'
import { unnamedConfig } from '../../backtest/unnamed-config.ts'
import { loadConfig } from '../../config/load-config.ts'
import type { Problem } from '../../documents/problem.ts'
import { loadRules } from '../../rule-files/load-rules.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import type { BacktestOptions } from './backtest-options.ts'

/** All that a backtest needs to know before it plays anything. */
export interface PreparedBacktest {
  readonly options: BacktestOptions
  readonly config: Config
  readonly sourceOf: (topic: string) => SourceConfig
  readonly rules: readonly Rule[]
  /** Of `--against`; null without it. */
  readonly earlierRules: readonly Rule[] | null
  readonly known: KnownAnswers
  readonly expectation: BacktestExpectation | undefined
}

export type Preparation =
  | { readonly ok: true; readonly prepared: PreparedBacktest }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly status: number }

/** Reads configuration, rules, answers and expectations, and says everything that is wrong with them. */
export async function prepareBacktest(options: BacktestOptions): Promise<Preparation> {
  const settings = readConfig(options)
  if (!settings.ok) return { ...settings, status: exitCode.usage }
  const current = rulesOf(ruleFilesOf(options, settings.config), settings.config)
  const earlier = rulesOf(options.against, settings.config)
  const problems = [...current.problems, ...earlier.problems]
  if (problems.length > 0) return { ok: false, problems, status: exitCode.ruleInvalid }
  const expected = expectationOf(options, current.rules)
  if (!expected.ok) return { ...expected, status: exitCode.usage }
  const prepared = {
    options,
    config: settings.config ?? unnamedConfig([...current.rules, ...earlier.rules]),
    sourceOf: settings.config === null ? plainSource : configuredSource(settings.config),
    rules: current.rules,
    earlierRules: options.against.length === 0 ? null : earlier.rules,
    known: await answersOf(options, options.answersFile),
    expectation: expected.expectation,
  }
  return { ok: true, prepared }
}

function ruleFilesOf({ rules }: BacktestOptions, config: Config | null): readonly string[] {
  const files = rules.length > 0 ? rules : (config?.rules ?? [])
  if (files.length > 0) return files
  throw new PipelineError('config_invalid', 'name files with rules by --rules, or in --config')
}

type ReadConfig =
  | { readonly ok: true; readonly config: Config | null }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Only one that is named: what happens to lie in the working directory must not change what comes out. */
function readConfig({ configPath: path, environment, mode }: BacktestOptions): ReadConfig {
  if (path === undefined) {
    if (mode !== 'live') return { ok: true, config: null }
    throw new PipelineError(
      'config_invalid',
      '--model live asks the models of a configuration: name it by --config',
    )
  }
  // Secrets are needed by those who ask.
  const loaded = loadConfig({ path, environment, secrets: mode === 'live' ? 'read' : 'leave' })
  return loaded.ok ? { ok: true, config: loaded.config } : loaded
}

function rulesOf(files: readonly string[], config: Config | null) {
  return loadRules(files, {
    ids: 'optional',
    ...(config !== null && { models: { configured: config.models } }),
  })
}

function expectationOf({ expectationFile: file }: BacktestOptions, rules: readonly Rule[]) {
  if (file === undefined) return { ok: true, expectation: undefined } as const
  return loadExpectation(
    file,
    rules.map(({ rule_id }) => rule_id),
  )
}

async function answersOf(
  { mode, terminal }: BacktestOptions,
  file: string | undefined,
): Promise<KnownAnswers> {
  if (file === undefined) return new KnownAnswers()
  // The first run with a model makes the file.
  if (mode === 'live' && !existsSync(file)) return new KnownAnswers()
  const { known, unnamed } = await loadAnswers(file)
  if (unnamed > 0)
    terminal.note(
      `${file}: ${unnamed} decisions do not say what was asked (an older version wrote them) and answer nothing`,
    )
  return known
}

function plainSource(topic: string): SourceConfig {
  return { topic, format: 'json', from: 'earliest' }
}

function configuredSource({ sources }: Config): PreparedBacktest['sourceOf'] {
  const byTopic = new Map(sources.map(source => [source.topic, source]))
  return topic => {
    const source = byTopic.get(topic)
    if (source !== undefined) return { ...source, from: 'earliest' }
    const message = `the recording has topic ${topic}, which is no source of the configuration: add it to sources, or leave --config out`
    throw new PipelineError('config_invalid', message)
  }
}
