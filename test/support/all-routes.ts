import { FieldSketch } from '../../operators/events/field-sketch.ts'
import { historyRoutes } from '../../pipeline/history/history-routes.ts'
import { streamRoutes } from '../../pipeline/history/stream-routes.ts'
import { healthRoutes } from '../../pipeline/http/health-routes.ts'
import type { HttpRoute } from '../../pipeline/http/http-route.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { memoryPartition } from '../../pipeline/memory/memory-partition.ts'
import { serveRules } from '../../pipeline/rules-api/serve-rules.ts'
import { LaneWatch } from '../../pipeline/windows/lane-watch.ts'
import { windowRoutes } from '../../pipeline/windows/window-routes.ts'
import { decisionBench } from './decision-bench.ts'
import { modelBench } from './model-bench.ts'
import { ruleStoreOn } from './rule-store-on.ts'
import { traditionalRule } from './traditional-rule.ts'

/** Every route of a process, on tables in memory: what is served must be named here as in `llmtrigger run`. */
export function allRoutes(): { readonly open: readonly HttpRoute[]; readonly api: readonly HttpRoute[] } {
  const models = modelBench()
  models.kept$.subscribe()
  const metrics = { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('a_total 1\n') }
  return {
    open: healthRoutes({ readiness: () => ({ ready: true, dependencies: {} }), metrics }),
    api: [
      ...models.routes,
      ...ruleRoutes(),
      ...decisionRoutes(),
      ...windowRoutes({ watch: new LaneWatch(), now: () => 0 }),
    ],
  }
}

/** Of a deployment that has a few rules. */
function ruleRoutes(): readonly HttpRoute[] {
  const clock = new DrivenClock(Date.parse('2026-11-20T10:00:00.000Z'))
  const store = ruleStoreOn(memoryPartition(), 1000)
  const rules = ['a', 'large'].map(id => ({ ruleId: id, rule: traditionalRule(id) }))
  store.change(() => rules).subscribe()
  return serveRules({ store, models: undefined, fields: new FieldSketch({ clock }), clock })
}

/** Of a topic that holds a few decisions. */
function decisionRoutes(): readonly HttpRoute[] {
  const { feed, topicLog: log, open, decide } = decisionBench()
  for (let n = 0; n < 3; n++) decide('large', n % 2)
  open()
  const bounds = { waitingMax: 10, waitingCharactersMax: 100_000, heartbeatMs: 15_000 }
  const { routes } = streamRoutes({ feed, log, partitions: 2, clientsMax: 4, bounds })
  return [...historyRoutes({ feed, log, partitions: 2 }), ...routes]
}
