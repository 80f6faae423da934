import { z } from 'zod'
import type { HttpRoute, RouteDescription } from './http-route.ts'

const readinessSchema = z
  .object({
    ready: z.boolean(),
    dependencies: z
      .record(z.string(), z.object({ ready: z.boolean(), detail: z.string().nullable() }))
      .describe('Each by name; detail says what is wrong and what to do about it.'),
  })
  .readonly()
  .meta({ id: 'Readiness', description: 'Whether the process does its work, and what it waits for.' })

/** Whether the process does its work, and what it waits for. */
export type Readiness = z.infer<typeof readinessSchema>

export interface HealthRoutesOptions {
  readonly readiness: () => Readiness
  readonly metrics: { readonly contentType: string; text(): Promise<string> }
}

/** `/healthz`, `/readyz` and `/metrics`, for anybody: they hold no event and no secret. */
export function healthRoutes({ readiness, metrics }: HealthRoutesOptions): readonly HttpRoute[] {
  return [
    {
      path: '/healthz',
      methods: {
        GET: { describe: describeHealth, answer: () => ({ status: 200, body: { status: 'alive' } }) },
      },
    },
    {
      path: '/readyz',
      methods: {
        GET: {
          describe: describeReadiness,
          answer: () => {
            const state = readiness()
            return { status: state.ready ? 200 : 503, body: state }
          },
        },
      },
    },
    {
      path: '/metrics',
      methods: {
        GET: {
          describe: describeMetrics,
          answer: async () => ({ status: 200, type: metrics.contentType, body: await metrics.text() }),
        },
      },
    },
  ]
}

const describeHealth: RouteDescription = {
  id: 'getHealth',
  summary: 'Whether the process is alive',
  answers: { 200: { about: 'It is.', schema: z.object({ status: z.literal('alive') }) } },
}

const describeReadiness: RouteDescription = {
  id: 'getReadiness',
  summary: 'Whether every assigned lane is open and what it needs is there',
  answers: {
    200: { about: 'The process does its work.', schema: readinessSchema },
    503: { about: 'It waits for something.', schema: readinessSchema },
  },
}

const describeMetrics: RouteDescription = {
  id: 'getMetrics',
  summary: 'Metrics for Prometheus',
  answers: { 200: { about: 'In its text format.', type: 'text/plain' } },
}
