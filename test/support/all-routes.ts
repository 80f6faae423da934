import { healthRoutes } from '../../pipeline/http/health-routes.ts'
import type { HttpRoute } from '../../pipeline/http/http-route.ts'
import { modelBench } from './model-bench.ts'

/** Every route of a process, on tables in memory: what is served must be named here as in `llmtrigger run`. */
export function allRoutes(): { readonly open: readonly HttpRoute[]; readonly api: readonly HttpRoute[] } {
  const models = modelBench()
  models.kept$.subscribe()
  const metrics = { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('a_total 1\n') }
  return {
    open: healthRoutes({ readiness: () => ({ ready: true, dependencies: {} }), metrics }),
    api: models.routes,
  }
}
