import { EMPTY } from 'rxjs'
import { ModelStatistics } from '../../operators/gateway/statistics/model-statistics.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { memoryPartition } from '../../pipeline/memory/memory-partition.ts'
import { memoryTable } from '../../pipeline/memory/memory-table.ts'
import { modelGates } from '../../pipeline/model-gates.ts'
import { describeModel } from '../../pipeline/models/describe-model.ts'
import { keepModels } from '../../pipeline/models/keep-models.ts'
import type { LiveModel } from '../../pipeline/models/live-model.ts'
import { liveModels } from '../../pipeline/models/live-models.ts'
import { modelRoutes } from '../../pipeline/models/model-routes.ts'
import { gatewayOf } from './gateway-of.ts'
import { configSchema } from '../../schemas/config.ts'

const remote = { provider: 'openai', base_url: 'http://localhost:1/v1', model: 'gpt', api_key: 'env:SECRET' }
const fast = { ...remote, limits: { requests_per_minute: 600 }, fallback: ['other'] }

/** Two models, `fast` and `other`, of one process; tables on the same log are those of other processes. */
export function modelBench(log = memoryPartition()) {
  const clock = new DrivenClock(Date.parse('2026-11-20T10:00:00.000Z'))
  const config = configSchema.parse({
    sources: [{ topic: 'events' }],
    models: { default: 'fast', fast, other: remote, local: { provider: 'llama', path: 'm.gguf' } },
  })
  const gates = modelGates(config.models, { clock, connect: () => () => EMPTY })
  const models = liveModels(config.models, gates)
  const faults: string[] = []
  const onFault = (key: string, reason: string) => faults.push(`${key}: ${reason}`)
  const table = memoryTable(log, { keysMax: 10, valueBytesMax: 10_000, onFault })
  const changed: string[] = []
  const { budget } = gatewayOf(clock)
  const kept$ = keepModels({
    table,
    models,
    clock,
    budget,
    process: 'this',
    onFault,
    onChanged: model => changed.push(model),
  })
  const statistics = new ModelStatistics()
  const describe = (model: LiveModel) => describeModel(model, { statistics, sinceMs: clock.now() })
  const model = (name: string) => {
    const found = models.get(name)
    if (found === undefined) throw new Error(`no model is named ${name}`)
    return found
  }
  return {
    clock,
    log,
    gates,
    models,
    model,
    table,
    kept$,
    faults,
    changed,
    describe,
    routes: modelRoutes({ models, table, describe }),
  }
}
