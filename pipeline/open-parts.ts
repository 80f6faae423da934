import type { Logger } from 'pino'
import { asyncScheduler } from 'rxjs'
import { FieldSketch } from '../operators/events/field-sketch.ts'
import type { Config } from '../schemas/config.ts'
import { quotaLimitNames } from '../schemas/quota-limits.ts'
import { callPriorities, type Rule } from '../schemas/rule.ts'
import { betweenIo } from './between-io.ts'
import { createGateway, type Gateway } from './create-gateway.ts'
import { openHistory } from './history/open-history.ts'
import type { HttpRoute } from './http/http-route.ts'
import type { Metrics } from './metrics/create-metrics.ts'
import { type OpenModels, openModels } from './models/open-models.ts'
import { openaiOptionsOf } from './openai/openai-options-of.ts'
import { type ModelWorker, openModelWorker } from './openai/worker/open-model-worker.ts'
import { quotaLimitsOf } from './models/quota-limits-of.ts'
import type { SharedQuotas } from './redis/shared-quotas.ts'
import { type OpenRules, openRules } from './rules/open-rules.ts'
import { serveRules } from './rules-api/serve-rules.ts'
import { LaneWatch } from './windows/lane-watch.ts'
import { windowRoutes } from './windows/window-routes.ts'

export interface OpenPartsOptions {
  readonly config: Config
  /** Those of files. */
  readonly rules: readonly Rule[]
  readonly log: Logger
  readonly metrics: Metrics
  /** Null: each process takes its part of the quotas. */
  readonly shared: SharedQuotas | null
}

/** What a process has beside its lanes: what they ask, what people see of them, and what both change. */
export interface OpenParts {
  readonly gateway: Gateway
  readonly models: OpenModels
  readonly rules: OpenRules
  readonly watch: LaneWatch
  /** Which fields recent events have. */
  readonly fields: FieldSketch
  /** Under `/api/v1`. */
  readonly routes: readonly HttpRoute[]
  close(): Promise<void>
}

/** Puts together what a process has beside its lanes; nothing of it connects yet. */
export function openParts(options: OpenPartsOptions): OpenParts {
  const { config, log, metrics } = options
  const worker = openModelWorker()
  const { gateway, models } = openGateway(options, worker)
  const fields = new FieldSketch({ clock: asyncScheduler })
  const rules = openRules({
    config,
    files: options.rules,
    clock: asyncScheduler,
    log,
    onNew: ruleIds => {
      metrics.announce({ topics: [], ruleIds, models: [] })
    },
  })
  const history = openHistory({ config: config.kafka, log })
  const watch = new LaneWatch()
  return {
    gateway,
    models,
    rules,
    watch,
    fields,
    routes: [
      ...models.routes,
      ...serveRules({ store: rules.store, models: config.models, fields, clock: asyncScheduler }),
      ...history.routes,
      ...windowRoutes({ watch, now: Date.now }),
    ],
    close: async () => {
      await Promise.all([history.close(), rules.close(), worker.close()])
    },
  }
}

function openGateway({ config, log, metrics, shared }: OpenPartsOptions, worker: ModelWorker) {
  const gateway = createGateway(config, {
    connect: model => worker.connect(openaiOptionsOf(model)),
    clock: asyncScheduler,
    ...(shared !== null && { quotaOf: settings => shared.quotaOf(settings) }),
    random: Math.random,
    reading$: betweenIo(),
    onBudgetWarned: warning => {
      log.warn(warning, '80 % of a budget of the day is spent')
    },
  })
  const models = openModels({ config, gates: gateway, budget: gateway.budget, clock: asyncScheduler, log })
  showModels(metrics, models)
  metrics.announce({
    topics: config.sources.map(({ topic }) => topic),
    ruleIds: [],
    models: gateway.all.map(({ name }) => name),
  })
  return { gateway, models }
}

function showModels(metrics: Metrics, { live }: Pick<OpenModels, 'live'>): void {
  metrics.beforeScrape(() => {
    for (const model of live.values()) {
      const { name, gate } = model
      const configured = quotaLimitsOf(model.with(model.settings))
      for (const limit of quotaLimitNames) {
        metrics.set.modelLimit(name, { limit, kind: 'configured' }, configured[limit])
        // What calls are held to: the configured limit as long as nothing lower was learned.
        metrics.set.modelLimit(name, { limit, kind: 'learned' }, gate.quota.limits[limit])
      }
      metrics.set.modelInFlight(name, gate.inFlight)
      metrics.set.modelBreakerOpen(name, gate.stop !== null)
      for (const priority of callPriorities) {
        metrics.set.modelQueueLength(name, priority, gate.queuedAt(priority))
      }
    }
  })
}
