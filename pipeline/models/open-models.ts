import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Observable, SchedulerLike } from 'rxjs'
import type { Budget } from '../../operators/gateway/spending/budget.ts'
import { ModelStatistics } from '../../operators/gateway/statistics/model-statistics.ts'
import type { Telemetry } from '../../operators/telemetry.ts'
import type { Config } from '../../schemas/config.ts'
import type { HttpRoute } from '../http/http-route.ts'
import { kafkaTable } from '../kafka/tables/kafka-table.ts'
import type { ModelGates } from '../model-gates.ts'
import { topicsOf } from '../topics-of.ts'
import { countModels } from './count-models.ts'
import { describeModel } from './describe-model.ts'
import { keepModels } from './keep-models.ts'
import type { LiveModel } from './live-model.ts'
import { liveModels } from './live-models.ts'
import { modelRoutes } from './model-routes.ts'

/** The models of a process as people see and change them. */
export interface OpenModels {
  readonly live: ReadonlyMap<string, LiveModel>
  readonly routes: readonly HttpRoute[]
  /** Follows what is kept of them; emits once, when that has taken effect. */
  readonly kept$: Observable<unknown>
  /** Reports on, and counts what the models show. */
  counting(telemetry: Telemetry): Telemetry
}

export interface OpenModelsOptions {
  readonly config: Config
  readonly gates: Pick<ModelGates, 'all'>
  readonly budget: Budget
  readonly clock: SchedulerLike
  readonly log: Logger
}

/** More than any deployment has models, of all kinds of entries. */
const KEYS_MAX = 10_000
const VALUE_BYTES_MAX = 65_536

/** Nothing connects before `kept$` is subscribed to. */
export function openModels({ config, gates, budget, clock, log }: OpenModelsOptions): OpenModels {
  const sinceMs = clock.now()
  const live = liveModels(config.models, gates)
  const statistics = new Map([...live.keys()].map(name => [name, new ModelStatistics()]))
  const onFault = (key: string, reason: string) => {
    log.warn({ key, reason }, 'a kept entry of the models was passed over')
  }
  const table = kafkaTable({
    config: config.kafka,
    topic: topicsOf(config.kafka.topic_prefix).modelLimits,
    keysMax: KEYS_MAX,
    valueBytesMax: VALUE_BYTES_MAX,
    onFault,
    onTrouble: problem => {
      if (problem === null) log.info('changes of models can be read again')
      else log.warn({ problem }, 'changes of models cannot be read, trying again')
    },
  })
  const onChanged = (model: string) => {
    log.info({ model, settings: live.get(model)?.settings }, 'the settings of a model have changed')
  }
  const describe = (model: LiveModel) =>
    describeModel(model, { statistics: statistics.get(model.name) ?? new ModelStatistics(), sinceMs })
  return {
    live,
    routes: modelRoutes({ models: live, table, describe }),
    kept$: keepModels({ table, models: live, clock, budget, process: randomUUID(), onFault, onChanged }),
    counting: telemetry => countModels(telemetry, statistics),
  }
}
