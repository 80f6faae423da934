import { pino } from 'pino'
import { asyncScheduler, NEVER, of } from 'rxjs'
import { expect, test } from 'vitest'
import { fixedRules } from '../../operators/rules/fixed-rules.ts'
import { FieldSketch } from '../../operators/events/field-sketch.ts'
import { createMetrics } from '../../pipeline/metrics/create-metrics.ts'
import { createGateway } from '../../pipeline/create-gateway.ts'
import { runDeployment } from '../../pipeline/run-deployment.ts'
import { configSchema } from '../../schemas/config.ts'
import { freePort } from '../support/free-port.ts'
import { waitFor } from '../support/wait-for.ts'

test('says in the log why Kafka cannot be reached', async () => {
  const lines: string[] = []
  const problems: unknown[] = []
  const config = configSchema.parse({
    kafka: { brokers: [`127.0.0.1:${await freePort()}`] },
    sources: [{ topic: 'signals' }],
  })
  const running = runDeployment({
    config,
    rules: { live: fixedRules([]), kept$: of(null) },
    gateway: createGateway(config, { clock: asyncScheduler, random: () => 0 }),
    models: { kept$: of(null), counting: telemetry => telemetry },
    stages: ['route'],
    metrics: createMetrics(),
    log: pino({}, { write: line => lines.push(line) }),
    stopping$: NEVER,
    fields: new FieldSketch({ clock: asyncScheduler }),
    onProblem: problem => problems.push(problem),
  }).subscribe()
  await waitFor(() => lines.length > 0, { what: 'a line in the log', withinMs: 20_000 })
  running.unsubscribe()
  expect(lines[0]).toContain('ECONNREFUSED')
  expect(problems).toEqual([expect.stringContaining('ECONNREFUSED')])
}, 30_000)
