import type { HttpRoute } from './http-route.ts'

/** Whether the process does its work, and what it waits for. */
export interface Readiness {
  readonly ready: boolean
  /** Each dependency by name; `detail` says what is wrong and what to do about it. */
  readonly dependencies: Readonly<Record<string, { readonly ready: boolean; readonly detail: string | null }>>
}

export interface HealthRoutesOptions {
  readonly readiness: () => Readiness
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
}

/** `/healthz`, `/readyz` and `/metrics`, for anybody: they hold no event and no secret. */
export function healthRoutes({ readiness, metrics }: HealthRoutesOptions): readonly HttpRoute[] {
  return [
    { path: '/healthz', methods: { GET: () => ({ status: 200, body: { status: 'alive' } }) } },
    {
      path: '/readyz',
      methods: {
        GET: () => {
          const state = readiness()
          return { status: state.ready ? 200 : 503, body: state }
        },
      },
    },
    {
      path: '/metrics',
      methods: {
        GET: async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() }),
      },
    },
  ]
}
