import type { Logger } from 'pino'
import {
  asyncScheduler,
  lastValueFrom,
  type Observable,
  ReplaySubject,
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs'
import type { StageStatus } from '../../operators/lanes/lane.ts'
import type { Stage } from '../../operators/telemetry.ts'
import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import { ineffectiveKeys } from '../config/ineffective-keys.ts'
import { loadConfig } from '../config/load-config.ts'
import { createLog } from '../create-log.ts'
import type { Problem } from '../documents/problem.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { deploymentState } from '../deployment-state.ts'
import { healthRoutes } from '../http/health-routes.ts'
import { httpServer } from '../http/http-server.ts'
import { createMetrics, type Metrics } from '../metrics/create-metrics.ts'
import type { SharedQuotas } from '../redis/shared-quotas.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import { openParts } from '../open-parts.ts'
import { runDeployment } from '../run-deployment.ts'

export interface RunPipelineOptions {
  /** The value of `--config`. */
  readonly config?: string | undefined
  readonly stages: readonly Stage[]
  readonly environment: Readonly<Record<string, string | undefined>>
}

const EXIT_FAILED = 1
const EXIT_CONFIG = 2
const EXIT_RULES = 3

/** A clean stop that takes longer than this is cut short: what is not committed is taken again by the next owner. */
const STOP_MS_MAX = 9000

/** Runs the pipeline until it is told to stop; answers the exit status of the process. */
export async function runPipeline(options: RunPipelineOptions): Promise<number> {
  const loaded = loadConfig({ path: options.config, environment: options.environment })
  if (!loaded.ok) return refuse(loaded.problems, EXIT_CONFIG)
  const { config, secrets } = loaded
  const { rules, problems } = loadRules(config.rules, {
    ids: 'required',
    models: { configured: config.models },
  })
  if (problems.length > 0) return refuse(problems, EXIT_RULES)
  try {
    const log = createLog({ level: options.environment['LLMTRIGGER_LOG_LEVEL'], secrets })
    warningsToLog(log)
    for (const key of ineffectiveKeys(config)) log.warn({ key }, 'this key has no effect in this version')
    const metrics = createMetrics()
    const shared = await shareQuotas(config, metrics, log)
    try {
      await serve({ config, rules, log, stages: options.stages, metrics, shared })
    } finally {
      await shared?.close()
    }
    return 0
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    process.stderr.write(`${error.message}\n`)
    return error.code === 'config_invalid' ? EXIT_CONFIG : EXIT_FAILED
  }
}

function refuse(problems: readonly Problem[], status: number): number {
  process.stderr.write(problems.map(problem => `${renderProblem(problem)}\n`).join(''))
  return status
}

interface Serving {
  readonly config: Config
  readonly rules: readonly Rule[]
  readonly log: Logger
  readonly stages: readonly Stage[]
  readonly metrics: Metrics
  /** Null: each process takes its part of the quotas. */
  readonly shared: SharedQuotas | null
}

async function serve(serving: Serving): Promise<void> {
  const { config, log, stages, metrics, shared } = serving
  const parts = openParts(serving)
  const state = deploymentState({
    stages,
    log,
    ...(shared !== null && {
      aids: () => ({ redis: { ready: shared.problem === null, detail: shared.problem } }),
    }),
    onReady: () => process.stderr.write('ready\n'),
  })
  const server = await httpServer({
    host: config.http.host,
    port: config.http.port,
    apiKeys: config.http.api_keys,
    requestsPerMinute: config.http.requests_per_minute,
    open: healthRoutes({
      readiness: () => state.readiness(),
      metrics: { contentType: metrics.registry.contentType, text: () => metrics.text() },
    }),
    api: parts.routes,
    onFailure: (err, path) => {
      log.error({ err, path }, 'a request could not be answered')
    },
  })
  log.info({ url: server.url, stages }, 'health, metrics and the API are served')
  const stopping$ = stopSignal(log)
  const onProblem = (problem: string | null) => {
    state.kafkaProblem(problem)
  }
  const onStatus = (status: StageStatus) => {
    state.changed(status)
  }
  const running$ = runDeployment({ ...parts, config, stages, metrics, log, stopping$, onProblem })
  const cut$ = stopping$.pipe(switchMap(() => timer(STOP_MS_MAX)))
  try {
    await lastValueFrom(running$.pipe(tap(onStatus), takeUntil(cut$)), { defaultValue: null })
    log.info('stopped')
  } finally {
    // Streams of its answers end first: the server waits for those who read them.
    await parts.close()
    await server.close()
  }
}

async function shareQuotas(config: Config, metrics: Metrics, log: Logger): Promise<SharedQuotas | null> {
  if (config.redis === undefined) return null
  const { sharedQuotas } = await import('../redis/shared-quotas.ts')
  return sharedQuotas({
    url: config.redis.url,
    prefix: config.kafka.topic_prefix,
    clock: asyncScheduler,
    onDegraded: (model, cause) => {
      metrics.set.quotaDegraded(model, cause !== null)
      if (cause === null) log.info({ model }, 'redis is back: the quota is shared again')
      else log.warn({ model, err: cause }, 'redis is away: this process takes its part of the quota')
    },
  })
}

/** Node's own warnings, such as one of a library's listeners, as lines of the log. */
function warningsToLog(log: Logger): void {
  process.removeAllListeners('warning')
  process.on('warning', warning => {
    log.warn({ err: warning }, 'node warns')
  })
}

/** The first signal to stop; remembered for whoever asks later. The same signal again ends the process at once. */
function stopSignal(log: Logger): Observable<NodeJS.Signals> {
  const stopping$ = new ReplaySubject<NodeJS.Signals>(1)
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, signal => {
      log.info({ signal }, 'stopping')
      stopping$.next(signal)
    })
  }
  return stopping$
}
