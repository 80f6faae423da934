import { z } from 'zod'
import type { Terminal } from '../terminal/process-terminal.ts'

const limits = z.record(z.string(), z.number().nullable())
const latency = z.object({ mean_ms: z.number().nullable(), p95_ms: z.number().nullable() })

/** What is shown of a model; an API of another version may say more. */
export const shownModelSchema = z.object({
  name: z.string(),
  provider: z.string(),
  model_id: z.string(),
  configured: z.object({ limits }),
  settings: z.object({ limits: z.record(z.string(), z.union([z.number(), z.string()])).default({}) }),
  in_force: z.object({ limits }),
  learned: z.record(z.string(), z.looseObject({ limit: z.number() })),
  used: z.record(z.string(), z.number()),
  in_flight: z.number(),
  queued: z.record(z.string(), z.number()),
  closed_seconds: z.number(),
  breaker: z.object({ open: z.boolean(), reason: z.string().nullable(), until: z.string().nullable() }),
  fallback: z.array(z.string()),
  statistics: z.object({
    since: z.string(),
    calls: z.number(),
    results: z.record(z.string(), z.number()),
    hits: z.number(),
    shared: z.number(),
    waits: z.object({ count: z.number(), ms: z.number() }),
    refusals: z.number(),
    retries: z.number(),
    fallbacks: z.number(),
    failures: z.record(z.string(), z.number()),
    tokens: z.object({ input: z.number(), output: z.number() }),
    cost_usd: z.number(),
    latency: z.object({ window: latency, queue: latency, call: latency }),
  }),
})

type ShownModel = z.infer<typeof shownModelSchema>

const columns = ['configured', 'changed', 'learned', 'in force', 'used'] as const
const NAME_WIDTH = 24
const COLUMN_WIDTH = 12

/** One model as lines for people. */
export function renderModel(model: ShownModel, terminal: Pick<Terminal, 'paint'>): string {
  const { paint } = terminal
  const { name, provider, model_id: id, fallback } = model
  const others = fallback.length === 0 ? '' : `, then ${fallback.join(', ')}`
  return [
    `${name}  ${paint('dim', `${provider} ${id}${others}`)}`,
    `  ${stateOf(model, terminal)}`,
    paint('dim', `  ${'limit'.padEnd(NAME_WIDTH)}${columns.map(right).join('')}`),
    ...limitRows(model),
    ...statisticsOf(model),
  ].join('\n')
}

function stateOf(
  { breaker, in_flight: inFlight, queued, closed_seconds: closedSeconds }: ShownModel,
  { paint }: Pick<Terminal, 'paint'>,
): string {
  const until = breaker.until === null ? '' : ` until ${breaker.until}`
  const stopped = breaker.open
    ? paint('red', `stopped (${breaker.reason ?? ''})${until}`)
    : paint('green', 'open')
  const waiting = Object.values(queued).reduce((sum, count) => sum + count, 0)
  const quiet =
    closedSeconds > 0 ? [paint('yellow', `quiet for ${closedSeconds} s, as the provider asked`)] : []
  return [stopped, ...quiet, `${inFlight} in flight`, `${waiting} waiting${counts(queued)}`].join(', ')
}

/** Those that there are; concurrency is a limit too. */
function limitRows({
  configured,
  settings,
  learned,
  in_force: inForce,
  used,
}: ShownModel): readonly string[] {
  return Object.keys(used).flatMap(name => {
    const cells = [
      configured.limits[name],
      settings.limits[name],
      learned[name]?.limit,
      inForce.limits[name],
      used[name],
    ]
    const isLimited = cells.slice(0, -1).some(cell => cell !== null && cell !== undefined)
    return isLimited ? [`  ${name.padEnd(NAME_WIDTH)}${cells.map(cell => right(cell ?? '-')).join('')}`] : []
  })
}

function statisticsOf({ statistics: seen }: ShownModel): readonly string[] {
  const { window, queue, call } = seen.latency
  const time = ({ mean_ms: mean, p95_ms: p95 }: z.infer<typeof latency>) =>
    `${seconds(mean)} (95 %: ${seconds(p95)})`
  return [
    `  calls ${seen.calls}${counts(seen.results)}, answers without one ${seen.hits + seen.shared}${counts({ hit: seen.hits, shared: seen.shared })}`,
    `  refused ${seen.refusals}, retried ${seen.retries}, gone to another model ${seen.fallbacks}, waited ${seen.waits.count} (${seconds(seen.waits.ms)})`,
    ...(Object.keys(seen.failures).length === 0 ? [] : [`  failures${counts(seen.failures)}`]),
    `  tokens ${seen.tokens.input} in, ${seen.tokens.output} out, cost $${seen.cost_usd.toFixed(4)}`,
    ...(call.mean_ms === null
      ? []
      : [`  a decision takes: window ${time(window)}, queue ${time(queue)}, call ${time(call)}`]),
    `  since ${seen.since}`,
  ]
}

function counts(of: Readonly<Record<string, number>>): string {
  const some = Object.entries(of).filter(([, count]) => count > 0)
  return some.length === 0 ? '' : ` (${some.map(([name, count]) => `${count} ${name}`).join(', ')})`
}

function seconds(ms: number | null): string {
  if (ms === null) return '-'
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}

function right(cell: string | number): string {
  return String(cell).padStart(COLUMN_WIDTH)
}
