import { historyRoutes } from '../../pipeline/history/history-routes.ts'
import { streamRoutes } from '../../pipeline/history/stream-routes.ts'
import { healthRoutes } from '../../pipeline/http/health-routes.ts'
import type { HttpRoute } from '../../pipeline/http/http-route.ts'
import { LaneWatch } from '../../pipeline/windows/lane-watch.ts'
import { windowRoutes } from '../../pipeline/windows/window-routes.ts'
import { decisionBench } from './decision-bench.ts'
import { modelBench } from './model-bench.ts'

/** Every route of a process, on tables in memory: what is served must be named here as in `llmtrigger run`. */
export function allRoutes(): { readonly open: readonly HttpRoute[]; readonly api: readonly HttpRoute[] } {
  const models = modelBench()
  models.kept$.subscribe()
  const metrics = { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('a_total 1\n') }
  return {
    open: healthRoutes({ readiness: () => ({ ready: true, dependencies: {} }), metrics }),
    api: [...models.routes, ...decisionRoutes(), ...windowRoutes({ watch: new LaneWatch(), now: () => 0 })],
  }
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
