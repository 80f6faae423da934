import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { freePort } from '../../support/free-port.ts'
import { type PipelineProcess, pipelineProcess } from '../../support/pipeline-process.ts'
import { redisServer, type RedisServer } from '../../support/redis/redis-server.ts'
import { waitFor } from '../../support/wait-for.ts'

const binary = inject('redisBinary')
const rule = {
  rule_id: 'large',
  name: 'Large orders',
  event_types: ['order'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
}
const model = { provider: 'openai', base_url: 'http://127.0.0.1:1/v1', model: 'm' }

describe.skipIf(binary === '')('a process that shares its quotas', () => {
  let server: RedisServer
  let running: PipelineProcess
  beforeEach(async () => {
    server = await redisServer(binary)
    running = await pipelineProcess({
      config: {
        kafka: { brokers: [`127.0.0.1:${await freePort()}`] },
        sources: [{ topic: 'signals' }],
        redis: { url: server.url },
        models: { default: 'fast', fast: model },
        http: { port: 0 },
      },
      rules: [rule],
    })
    // Kafka is not there, so it never is.
    running.ready.catch(() => undefined)
  })
  afterEach(async () => {
    await running.dispose()
    await server.stop()
  })

  test('says when Redis is away and when it is back, and stops cleanly without it', async () => {
    const url = await urlOf(running)
    await expectState(url, { ready: true, detail: null }, 0)
    await server.kill()
    const detail = expect.stringMatching(/^Redis cannot be had: .*ECONNREFUSED.*takes its part/)
    await expectState(url, { ready: false, detail }, 1)
    await server.start()
    await expectState(url, { ready: true, detail: null }, 0)
    await server.kill()
    await expectState(url, { ready: false, detail }, 1)
    running.child.kill('SIGTERM')
    expect(await running.exited).toEqual({ code: 0, signal: null })
    const log = running.log()
    expect(log.match(/"redis is away: this process takes its part of the quota"/g)).toHaveLength(2)
    expect(log.match(/"redis is back: the quota is shared again"/g)).toHaveLength(1)
  })
})

async function urlOf({ log }: PipelineProcess): Promise<string> {
  const address = () => /"url":"([^"]+)"/.exec(log())?.[1] ?? ''
  await waitFor(() => address() !== '', { what: 'the address in the log', withinMs: 10_000 })
  return address()
}

async function expectState(url: string, redis: object, degraded: number): Promise<void> {
  const seen = async () => {
    const readiness: unknown = await (await fetch(`${url}/readyz`)).json()
    const metrics = await (await fetch(`${url}/metrics`)).text()
    return { readiness, degraded: /^llmtrigger_quota_degraded\{model="fast"\} (\d)$/m.exec(metrics)?.[1] }
  }
  await waitFor(async () => (await seen()).degraded === String(degraded), {
    what: `quota_degraded to be ${degraded}`,
    withinMs: 10_000,
  })
  expect((await seen()).readiness).toMatchObject({ dependencies: { redis } })
}
