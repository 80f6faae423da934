import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { LogHeaders } from '../../operators/lanes/lane.ts'
import { writtenHeaders } from '../../pipeline/kafka/written-headers.ts'
import type { RecordedRecord } from '../../pipeline/recordings/recorded-record.ts'
import { type CommandProcess, commandProcess } from '../support/command-process.ts'
import { kafkaBench, type KafkaBench } from '../support/kafka-bench.ts'
import { recordsIn } from '../support/recordings/records-in.ts'
import { runCommand } from '../support/run-command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { waitFor } from '../support/wait-for.ts'

const brokers = inject('kafkaBrokers')

interface Written {
  readonly partition: number
  readonly key?: Buffer | null
  readonly value: Buffer | null
  readonly headers?: LogHeaders
  readonly timestamp?: number
}

/** What a record holds, and where it lies in its partition; its topic aside. */
function contents({ partition, offset, timestampMs, key, value, headers }: RecordedRecord): string {
  const text = (bytes: unknown): unknown => (Buffer.isBuffer(bytes) ? bytes.toString('base64') : bytes)
  const texts = Object.entries(headers).map(([name, header]) => [name, [header].flat().map(text)])
  return JSON.stringify([partition, offset, timestampMs, text(key), text(value), texts])
}

describe.skipIf(brokers.length === 0)('recordings', () => {
  let bench: KafkaBench
  let producer: ReturnType<KafkaBench['kafka']['producer']>

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
    producer = bench.kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
  })
  afterAll(async () => {
    await producer.disconnect()
    await bench.close()
  })

  const folderWith = () =>
    temporaryFolder({
      'llmtrigger.yaml': JSON.stringify({ kafka: { brokers }, sources: [{ topic: 'signals' }] }),
    })
  const write = async (topic: string, records: readonly Written[]) => {
    const now = Date.now()
    for (const { headers = {}, timestamp = now, ...record } of records) {
      const message = { key: null, ...record, headers: writtenHeaders(headers), timestamp: `${timestamp}` }
      await producer.send({ topic, messages: [message] })
    }
  }
  const run = async (directory: string, ...args: string[]) => {
    const result = await runCommand(args, { directory })
    expect(result, result.stderr).toMatchObject({ code: 0 })
    return result
  }
  const valuesIn = async (topic: string, partitions: number) => {
    const values: string[][] = []
    for (let partition = 0; partition < partitions; partition++) {
      values.push([...(await bench.read(topic, partition))])
    }
    return values
  }
  /** So many small records, one after the other in two partitions. */
  const series = (count: number, everyMs: number) => {
    const startMs = Date.now() - count * everyMs
    return Array.from({ length: count }, (_, index) => ({
      partition: index % 2,
      value: Buffer.from(`${index}`),
      timestamp: startMs + index * everyMs,
    }))
  }
  const recordedSeries = async (count: number, everyMs: number) => {
    const directory = folderWith()
    const topic = await bench.newTopic(2)
    const messages = series(count, everyMs).map(({ timestamp, ...record }) => ({
      ...record,
      timestamp: `${timestamp}`,
    }))
    await producer.send({ topic, messages })
    await run(directory, 'record', '--topic', topic, '--out', 'r.ndjson.gz')
    const copy = await bench.newTopic(2)
    const replay = ['replay', 'r.ndjson.gz', '--to-kafka', '--topic-map', `${topic}=${copy}`]
    return { directory, topic, copy, replay, state: join(directory, 'r.ndjson.gz.replay.json') }
  }
  const stopped = async ({ child, exited }: CommandProcess, signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }

  test('go onto another topic and into another recording without a byte of difference', async () => {
    const directory = folderWith()
    const settings = { 'max.message.bytes': `${12 * 1024 * 1024}`, 'retention.ms': '-1' }
    const topic = await bench.newTopic(3, settings)
    const [utf8, binary] = [
      Buffer.from('{"ü":"€😀\\u0000"}'),
      Buffer.from([0, 0, 0, 0, 42, 255, 254, 10, 13]),
    ]
    const headers = {
      a: [utf8, null, binary],
      constructor: utf8,
      ['__proto__']: binary,
      none: null,
      empty: Buffer.alloc(0),
    }
    await write(topic, [
      { partition: 0, key: utf8, value: binary, headers, timestamp: 2_000_000_000_000 - 5e11 },
      { partition: 0, key: binary, value: utf8, timestamp: 1_400_000_000_000 },
      { partition: 2, key: null, value: null, headers: { a: Buffer.from('tombstone') } },
      { partition: 2, key: Buffer.alloc(0), value: Buffer.alloc(0), timestamp: 1 },
      { partition: 1, value: Buffer.alloc(10 * 1024 * 1024, 255) },
    ])
    const copy = await bench.newTopic(3, settings)
    await run(directory, 'record', '--topic', topic, '--out', 'one.ndjson.gz')
    await run(
      directory,
      'replay',
      'one.ndjson.gz',
      '--to-kafka',
      '--speed',
      'max',
      '--topic-map',
      `${topic}=${copy}`,
    )
    await run(directory, 'record', '--topic', copy, '--out', 'two.ndjson')
    const [one, two] = await Promise.all(
      ['one.ndjson.gz', 'two.ndjson'].map(name => recordsIn(join(directory, name))),
    )
    expect(one).toHaveLength(5)
    expect(two?.map(contents)).toEqual(one?.map(contents))
    expect(one?.find(({ partition }) => partition === 0)?.headers).toEqual(headers)
    expect(existsSync(join(directory, 'one.ndjson.gz.replay.json'))).toBe(false)
  })

  test('hold several topics in the order of their times, and nothing that was not committed', async () => {
    const directory = folderWith()
    const [one, other] = [await bench.newTopic(1), await bench.newTopic(1)]
    const writer = bench.kafka.producer({ transactionalId: one, idempotent: true, maxInFlightRequests: 1 })
    await writer.connect()
    const base = Date.now() - 10_000
    const send = async (topic: string, second: number, isKept = true) => {
      const transaction = await writer.transaction()
      const message = { partition: 0, value: `${second}`, timestamp: `${base + second * 1000}` }
      await transaction.send({ topic, messages: [message] })
      await (isKept ? transaction.commit() : transaction.abort())
    }
    for (const second of [0, 3, 4]) await send(one, second)
    for (const second of [1, 2, 5]) await send(other, second)
    await send(one, 6, false)
    await writer.disconnect()
    const topics = ['--topic', one, '--topic', other]
    const { stdout } = await run(directory, 'record', ...topics, '--out', 'r.ndjson', '--json')
    const records = await recordsIn(join(directory, 'r.ndjson'))
    expect(records.map(({ value }) => value?.toString())).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(JSON.parse(stdout)).toMatchObject({ ended: 'complete', records: 6 })
    const range = ['--from', new Date(base + 1500).toISOString(), '--to', new Date(base + 4500).toISOString()]
    await run(directory, 'record', ...topics, ...range, '--out', 'part.ndjson')
    const part = await recordsIn(join(directory, 'part.ndjson'))
    expect(part.map(({ value }) => value?.toString())).toEqual(['2', '3', '4'])
  })

  test('are whole when their making is interrupted', async () => {
    const directory = folderWith()
    const topic = await bench.newTopic(1, { 'max.message.bytes': '2000000' })
    const noise = randomBytes(1_000_000)
    await write(
      topic,
      Array.from({ length: 60 }, () => ({ partition: 0, value: noise })),
    )
    const out = join(directory, 'r.ndjson.gz')
    const recording = commandProcess(['record', '--topic', topic, '--out', out], directory)
    const hasBegun = () => existsSync(out) && statSync(out).size > 1_000_000
    await waitFor(hasBegun, { what: 'the recording', withinMs: 60_000, everyMs: 5 })
    expect(await stopped(recording, 'SIGINT')).toMatchObject({ code: 130 })
    const records = await recordsIn(out)
    expect(records.length).toBeLessThan(60)
    expect(records.map(({ offset }) => offset)).toEqual(records.map((_, index) => index))
    expect(recording.stdout()).toContain(`${records.length} records`)
  })

  test('grow with what is written, until they are interrupted', async () => {
    const directory = folderWith()
    const topic = await bench.newTopic(2)
    await write(topic, series(2, 1))
    const out = join(directory, 'r.ndjson')
    const recording = commandProcess(['record', '--topic', topic, '--follow', '--out', out], directory)
    const count = () =>
      recordsIn(out, { skipBad: true }).then(
        records => records.length,
        () => 0,
      )
    await waitFor(() => existsSync(out), { what: 'the file', withinMs: 60_000 })
    await write(topic, series(20, 1))
    await waitFor(async () => (await count()) === 20, { what: 'all records', withinMs: 60_000 })
    await write(topic, series(3, 1))
    expect(await stopped(recording, 'SIGINT')).toEqual({ code: 0, signal: null })
    const records = await recordsIn(out)
    expect(records.filter(({ partition }) => partition === 0).map(({ offset }) => offset)).toEqual(
      Array.from(
        { length: records.filter(({ partition }) => partition === 0).length },
        (_, index) => index + 1,
      ),
    )
  })

  test('are played on where they were interrupted, each record once', async () => {
    const { directory, copy, replay, state } = await recordedSeries(600, 50)
    const playing = commandProcess(replay, directory)
    const acknowledged = () => (existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')).records : 0)
    await waitFor(() => acknowledged() >= 20, { what: 'the first records', withinMs: 60_000 })
    expect(await stopped(playing, 'SIGINT')).toMatchObject({ code: 130 })
    const before = acknowledged()
    expect((await valuesIn(copy, 2)).flat()).toHaveLength(before)
    const again = await runCommand(replay, { directory })
    expect(again.code).toBe(2)
    expect(again.stderr).toContain('--resume goes on with it')
    const { stdout } = await run(directory, ...replay, '--resume', '--speed', 'max', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ ended: 'complete', records: 600, of_records: 600 })
    const all = Array.from({ length: 600 }, (_, index) => `${index}`)
    expect(await valuesIn(copy, 2)).toEqual([0, 1].map(rest => all.filter((_, index) => index % 2 === rest)))
    expect(existsSync(state)).toBe(false)
  })

  test('are played on without a gap after a kill, with what came last twice', async () => {
    const { directory, copy, replay, state } = await recordedSeries(600, 20)
    const playing = commandProcess(replay, directory)
    const acknowledged = () => JSON.parse(readFileSync(state, 'utf8')).records
    const hasBegun = () => existsSync(state) && acknowledged() >= 50
    await waitFor(hasBegun, { what: 'the first records', withinMs: 60_000 })
    await stopped(playing, 'SIGKILL')
    const known = acknowledged()
    const written = (await valuesIn(copy, 2)).flat().length
    const { stderr } = await run(directory, ...replay, '--resume', '--speed', 'max')
    expect(stderr).toContain('may come twice')
    const values = await valuesIn(copy, 2)
    expect(values.flat()).toHaveLength(600 + written - known)
    for (const [partition, ofPartition] of values.entries()) {
      const once = [...new Set(ofPartition)].map(Number)
      expect(once).toEqual(Array.from({ length: 300 }, (_, index) => 2 * index + partition))
    }
  })

  test('keep their pace', async () => {
    const { directory, topic } = await recordedSeries(100, 40)
    const timed = await bench.newTopic(2, { 'message.timestamp.type': 'LogAppendTime' })
    const replay = ['replay', 'r.ndjson.gz', '--to-kafka', '--topic-map', `${topic}=${timed}`, '--json']
    const { stdout, stderr } = await run(directory, ...replay)
    expect(stderr).toContain('has LogAppendTime')
    expect(JSON.parse(stdout).pace_ms.p50).toBeLessThan(200)
    await run(directory, 'record', '--topic', timed, '--out', 'timed.ndjson')
    const times = (await recordsIn(join(directory, 'timed.ndjson'))).map(({ timestampMs }) => timestampMs)
    // By the broker's own clock, and loosely: other programs run on this machine.
    expect(Math.abs((times.at(-1) ?? 0) - (times[0] ?? 0) - 99 * 40)).toBeLessThan(3000)
  })

  test('get the time of now where it is asked for', async () => {
    const { directory, topic } = await recordedSeries(10, 3_600_000)
    const copy = await bench.newTopic(1)
    const replay = ['replay', 'r.ndjson.gz', '--to-kafka', '--topic-map', `${topic}=${copy}`]
    await run(directory, ...replay, '--speed', '36000', '--timestamps', 'now')
    await run(directory, 'record', '--topic', copy, '--out', 'now.ndjson')
    const times = (await recordsIn(join(directory, 'now.ndjson'))).map(({ timestampMs }) => timestampMs)
    expect(times.map(time => time - (times[0] ?? 0))).toEqual(
      Array.from({ length: 10 }, (_, index) => index * 100),
    )
    expect(Math.abs(Date.now() - (times.at(-1) ?? 0))).toBeLessThan(60_000)
  })
})
