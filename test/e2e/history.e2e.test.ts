import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { type ReadEventSource, eventSource } from '../support/event-source.ts'
import { startKafkaBroker } from '../support/kafka-broker.ts'
import { findKafkaLibs } from '../support/kafka-libs.ts'
import { type KafkaPipeline, kafkaPipeline, type KafkaPipelineOptions } from '../support/kafka-pipeline.ts'
import { runCommand } from '../support/run-command.ts'
import { servedAt } from '../support/served-at.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const MAIN = fileURLToPath(new URL('../../pipeline/main.ts', import.meta.url))
const brokers = inject('kafkaBrokers')
const found = await findKafkaLibs()
const rule = {
  rule_id: 'large',
  name: 'Large',
  event_types: ['trade.signal'],
  group_by: ['symbol'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume >= 0' } },
}
const batched = {
  ...rule,
  rule_id: 'batched',
  rule_config: {
    rule_type: 'llm',
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 1000, max_wait_seconds: 600 },
  },
}

const pageSchema = z.object({
  items: z.array(z.looseObject({ decision_id: z.string(), decided_at: z.string() })),
  next_cursor: z.string().nullable(),
})

let sent = 0
let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

async function started(options: Partial<KafkaPipelineOptions> = {}) {
  const running = (pipeline = await kafkaPipeline({ brokers, rules: [rule, batched], ...options }))
  const send = async (count: number) => {
    const events = Array.from({ length: count }, () => {
      const n = sent++
      return { event_id: `e-${n}`, event_type: 'trade.signal', data: { symbol: `S${n % 7}`, volume: n } }
    })
    await running.send(events)
  }
  const decided = async () => (await running.decisions()).map(({ decision_id: id }) => id).toSorted()
  const untilDecided = (count: number) =>
    waitFor(async () => (await decided()).length >= count, { what: `${count} decisions`, withinMs: 60_000 })
  return { ...running, send, decided, untilDecided }
}

async function historyOf(url: string, limit: number) {
  const ids: string[] = []
  const times: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const answer = await fetch(`${url}/api/v1/rules/large/history?limit=${limit}${query}`)
    const page = pageSchema.parse(await answer.json())
    ids.push(...page.items.map(({ decision_id: id }) => id))
    times.push(...page.items.map(({ decided_at: at }) => at))
    cursor = page.next_cursor
  }
  return { ids: ids.toSorted(), isSorted: times.every((time, n) => n === 0 || time <= (times[n - 1] ?? '')) }
}

const streamOf = (url: string, after?: string) =>
  eventSource(
    `${url}/api/v1/decisions/stream`,
    after === undefined ? {} : { headers: { 'last-event-id': after } },
  )
const idsOf = (client: ReadEventSource) => client.data('decision').map(({ decision_id: id }) => String(id))

describe.skipIf(brokers.length === 0)('history and stream on Kafka', () => {
  let running: Awaited<ReturnType<typeof started>>

  beforeEach(async () => {
    running = await started()
  })

  test('the history is the same after a restart, and so is the place of a client of the stream', async () => {
    const { send, start, decided, untilDecided } = running
    const first = await start()
    const client = await streamOf(servedAt(first))
    await send(50)
    await client.until(() => idsOf(client).length >= 50, 'what was decided')
    const last = client.events.filter(({ event }) => event === 'decision')[19]?.id
    const before = await historyOf(servedAt(first), 7)
    expect(before).toEqual({ ids: await decided(), isSorted: true })
    first.child.kill('SIGTERM')
    await first.exited
    expect(client.end).toBe('ended')
    const second = await start()
    await send(20)
    await untilDecided(70)
    const again = await streamOf(servedAt(second), last)
    await again.until(() => idsOf(again).length >= 50, 'what was missed')
    await waitFor(async () => (await historyOf(servedAt(second), 9)).ids.length >= 70, {
      what: 'all of it',
      withinMs: 10_000,
    })
    expect(await historyOf(servedAt(second), 9)).toEqual({ ids: await decided(), isSorted: true })
    expect([...idsOf(client).slice(0, 20), ...idsOf(again)].toSorted()).toEqual(await decided())
  })

  test('the windows of a process are those that are open, and one holds the watermark', async () => {
    const { send, start } = running
    const url = servedAt(await start())
    await send(7)
    const windows = async () => (await fetch(`${url}/api/v1/windows?rule_id=batched`)).json()
    await waitFor(
      async () => z.object({ items: z.array(z.unknown()) }).parse(await windows()).items.length === 7,
      {
        what: 'the windows',
        withinMs: 20_000,
      },
    )
    expect(JSON.stringify(await windows())).toMatch(
      /"held_by":\{"rule_id":"batched","key":"S\d","offset":"0","state":"open"/,
    )
  })

  test('tail shows what is written, in the order of its times, until its limit or an interruption', async () => {
    const { send, start, untilDecided, topics } = running
    await start()
    await send(30)
    await untilDecided(30)
    const prefix = topics.work.slice(0, -'work'.length)
    const config = { kafka: { brokers, topic_prefix: prefix, partitions: 2 }, sources: [{ topic: 'x' }] }
    const directory = temporaryFolder({ 'llmtrigger.yaml': JSON.stringify(config) })
    const run = (args: string, stopReading = false) => runCommand(args.split(' '), { directory, stopReading })
    const json = await run('decisions tail --from 2020-01-01 --limit 30 --json --rule large')
    const times = json.stdout
      .trim()
      .split('\n')
      .map((line): string => JSON.parse(line).decided_at)
    // In the order of the records, which are written a moment after their decisions.
    const late = times.map((time, n) => Math.max(...times.slice(0, n + 1).map(Date.parse)) - Date.parse(time))
    expect([json.code, times.length, Math.max(...late) < 2000]).toEqual([0, 30, true])
    const alerts = await run('alerts tail --from 2020-01-01 --limit 3')
    expect([alerts.code, alerts.stderr]).toEqual([0, ''])
    expect(alerts.stdout).toMatch(/^TIME +RULE +KEY +EVENTS +CONF +REASON\n(\S+Z +large +S\d +1 .*\n){3}$/)
    const live = spawn(process.execPath, [MAIN, 'decisions', 'tail', '--outcome', 'triggered'], {
      cwd: directory,
    })
    let shown = ''
    live.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
    const exited = new Promise(resolve => live.once('exit', code => resolve(code)))
    await waitFor(
      async () => {
        await send(1)
        return shown !== ''
      },
      { what: 'a line', withinMs: 30_000, everyMs: 200 },
    )
    live.kill('SIGINT')
    expect(await exited).toBe(0)
    expect((await run('decisions tail --from 2020-01-01', true)).code).toBe(0)
  })
})

// A broker of its own is killed here: the shared one serves other tests, and one in a container cannot be killed.
describe.skipIf('skipped' in found || brokers.length === 0)('when Kafka goes away', () => {
  test('a stream goes on when it is back, with nothing lost and nothing twice', async () => {
    if ('skipped' in found) return
    const broker = await startKafkaBroker({ libs: found.libs })
    try {
      const { send, start, decided, untilDecided } = await started({ brokers: broker.brokers })
      const url = servedAt(await start())
      const client = await streamOf(url)
      await send(20)
      await client.until(() => idsOf(client).length >= 20, 'what was decided')
      await broker.kill('SIGKILL')
      // Older ones than are in memory would have to be looked up.
      await waitFor(
        async () => (await fetch(`${url}/api/v1/rules/large/history?from=2020-01-01`)).status === 503,
        {
          what: 'a refusal',
          withinMs: 20_000,
        },
      )
      await broker.start()
      await send(20)
      await untilDecided(40)
      await waitFor(() => idsOf(client).length >= 40, { what: 'what came after', withinMs: 60_000 })
      expect(idsOf(client).toSorted()).toEqual(await decided())
      expect((await historyOf(url, 100)).ids).toEqual(await decided())
      await pipeline?.dispose()
      pipeline = undefined
    } finally {
      await broker.stop()
    }
  })
})
