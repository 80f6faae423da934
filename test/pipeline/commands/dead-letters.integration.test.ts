import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Producer } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { partitionOf } from '../../../operators/lanes/partition-of.ts'
import { type KafkaPipeline, kafkaPipeline } from '../../support/kafka-pipeline.ts'
import { type CommandResult, runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { readTopic } from '../../support/kafka-topics.ts'
import { waitFor } from '../../support/wait-for.ts'

const MAIN = fileURLToPath(new URL('../../../pipeline/main.ts', import.meta.url))
const rule = {
  rule_id: 'asked',
  name: 'Asked',
  event_types: ['trade.signal'],
  group_by: ['symbol'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'x', trigger_mode: 'realtime' } },
}
const signal = { event_id: 'e-1', event_type: 'trade.signal', data: { symbol: 'BTC' } }

let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

describe.skipIf(inject('kafkaSkipped') !== '')('dead-letter', () => {
  const brokers = inject('kafkaBrokers')
  let started: KafkaPipeline
  let directory: string

  const command = (...args: string[]): Promise<CommandResult> =>
    runCommand(['dead-letter', ...args], { directory })
  const documents = async (...args: string[]) =>
    (await command('list', '--json', ...args)).stdout
      .split('\n')
      .filter(line => line !== '')
      .map((line): Record<string, unknown> => JSON.parse(line))

  beforeEach(async () => {
    started = pipeline = await kafkaPipeline({
      brokers,
      rules: [rule],
      // An event that was judged is judged again at once when its replay is forced.
      config: { lanes: { dedupe_seconds: 0 } },
    })
    const prefix = started.topics.work.slice(0, -'work'.length)
    const config = {
      kafka: { brokers, group_id: prefix, topic_prefix: prefix, partitions: 2 },
      sources: [{ topic: started.source }],
    }
    directory = temporaryFolder({ 'llmtrigger.yaml': JSON.stringify(config) })
  })

  test('lists an undecided decision, replays it once to be judged anew, and again only by force', async () => {
    await started.start()
    started.simulator.control({ garbageRate: 1 })
    await started.send([signal])
    await waitFor(async () => (await started.deadLetters()).length === 1, {
      what: 'a dead letter',
      withinMs: 30_000,
    })
    started.simulator.control({ garbageRate: 0 })
    const [undecided] = await started.decisions()
    const [work] = await started.work()
    const [listed] = await documents()
    expect(listed).toMatchObject({
      reason: 'decision_undecided',
      stage: 'decide',
      rule_id: 'asked',
      decision_id: undecided?.decision_id,
      topic: started.topics.work,
      target: started.topics.work,
      replayed: false,
      key: 'asked|BTC',
    })
    expect(JSON.parse(String(listed?.['value']))).toEqual(work)
    const place = `${String(listed?.['partition'])}:${String(listed?.['offset'])}`

    const first = await command('replay', '--rule', 'asked')
    expect([first.code, first.stderr]).toEqual([0, 'replayed: 1 dead letter: 1 decision_undecided\n'])
    const decided = async (count: number) => {
      await waitFor(async () => (await started.decisions()).length >= count, {
        what: 'a decision',
        withinMs: 30_000,
      })
      return started.decisions()
    }
    const [again] = (await decided(2)).filter(({ outcome }) => outcome === 'triggered')
    expect(again?.events).toMatchObject([
      { event_id: 'e-1', work_id: expect.stringMatching(`^${work?.work_id}#r\\d+$`) },
    ])
    const replays = (await readTopic(started.kafka, started.topics.work)).filter(
      ({ headers }) => headers['llmtrigger-decision-id'],
    )
    expect(
      replays.map(({ partition, headers }) => [
        partition,
        Object.keys(headers),
        String(headers['llmtrigger-decision-id']),
      ]),
    ).toEqual([
      [
        partitionOf('asked|BTC', { partitions: 2, traditional: false }),
        ['llmtrigger-decision-id'],
        undecided?.decision_id,
      ],
    ])

    const second = await command('replay', place)
    expect([second.code, second.stdout]).toEqual([1, ''])
    expect(second.stderr).toContain(`refused  ${place}: it was replayed before`)
    expect(second.stderr).toContain('--force replays again')
    expect(await started.work()).toHaveLength(2)
    expect(await documents()).toEqual([{ ...listed, replayed: true }])
    expect(await documents('--pending')).toEqual([])

    const forced = await command('replay', place, '--force', '--json')
    expect([forced.code, JSON.parse(forced.stdout)]).toMatchObject([
      0,
      { status: 'replayed', target: { topic: started.topics.work } },
    ])
    expect((await decided(3)).map(({ outcome }) => outcome).toSorted()).toEqual([
      'triggered',
      'triggered',
      'undecided',
    ])
    expect(await started.alerts()).toHaveLength(2)
  }, 120_000)

  test('replays what is no event to where it came from, with its own headers alone', async () => {
    await started.start()
    const message = { key: 'k', value: 'no JSON', partition: 1, headers: { trace: 't-1' } }
    await started.producer.send({ topic: started.source, messages: [message] })
    await waitFor(async () => (await started.deadLetters()).length === 1, {
      what: 'a dead letter',
      withinMs: 30_000,
    })
    const dry = await command('replay', '--reason', 'event_invalid', '--dry-run')
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringMatching(/^would replay  \d:\d+ +event_invalid +to .*-events\/1\n$/),
    ])
    expect(await documents('--pending')).toHaveLength(1)
    expect(await command('replay', '--reason', 'event_invalid')).toMatchObject({ code: 0 })
    const records = (await readTopic(started.kafka, started.source)).map(
      ({ offset: _offset, timestampMs: _at, headers, ...record }) => ({
        ...record,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      }),
    )
    expect(records).toEqual([message, message])
    // It is no event still: it comes back, as a dead letter of its own.
    await waitFor(async () => (await documents('--pending')).length === 1, {
      what: 'its return',
      withinMs: 30_000,
    })
    expect(await documents()).toHaveLength(2)
  }, 120_000)

  test('replays nothing twice and leaves nothing out after a kill -9 in the middle', async () => {
    const letters = 5000
    await putLetters(started, letters)
    const child = spawn(process.execPath, [MAIN, 'dead-letter', 'replay', '--all'], { cwd: directory })
    let told = ''
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString()
      child.kill('SIGKILL')
    })
    await new Promise(resolve => child.once('close', resolve))
    // Not read from the source: a commit that was told may become readable a moment later.
    const rest = await command('replay', '--all', '--pending')
    const before = letters - rest.stdout.trim().split('\n').length
    expect(rest.code).toBe(0)
    expect(told.split('\n').length - 1).toBeLessThanOrEqual(before)
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(letters)
    const keys = (await readTopic(started.kafka, started.source)).map(({ key }) => Number(key))
    expect(keys.toSorted((a, b) => a - b)).toEqual(Array.from({ length: letters }, (_, n) => n))
    expect(await command('replay', '--all', '--pending')).toMatchObject({ code: 0, stdout: '' })
  }, 120_000)

  test('lets two replays at once replay nothing twice', async () => {
    const letters = 5000
    await putLetters(started, letters)
    const both = await Promise.all([command('replay', '--all'), command('replay', '--all')])
    const rest = await command('replay', '--all', '--pending')
    expect(rest.code).toBe(0)
    expect(both.map(({ stderr }) => stderr).join('')).toMatch(
      /another dead-letter-replay has begun|replayed before/,
    )
    const keys = (await readTopic(started.kafka, started.source)).map(({ key }) => Number(key))
    expect(keys.toSorted((a, b) => a - b)).toEqual(Array.from({ length: letters }, (_, n) => n))
  }, 120_000)

  test('tells one by one what cannot be replayed', async () => {
    const send = (headers: Record<string, string>) => sendLetter(started.producer, started, headers)
    await send({ 'llmtrigger-truncated': 'true' })
    await send({ 'llmtrigger-target': started.topics.alerts })
    await send({ 'llmtrigger-target': 'nowhere' })
    const { code, stdout, stderr } = await command('replay', '0:0', '0:1', '0:2', '0:9', '7:0')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('refused  0:0: its value was over 4 MiB and was cut')
    expect(stderr).toContain(
      `refused  0:1: its target ${started.topics.alerts} is written by the pipeline alone`,
    )
    expect(stderr).toContain('refused  0:2: topic nowhere, where it belongs, does not exist')
    expect(stderr).toContain('refused  0:9: there is no such dead letter')
    expect(stderr).toContain('refused  7:0: there is no such dead letter')
    expect(stderr).toContain('replayed: 0 dead letters; refused: 5')
  })

  test('replays the others when a topic refuses one for its size', async () => {
    const topic = `${started.source}-small`
    const admin = started.kafka.admin()
    await admin.connect()
    const configEntries = [{ name: 'max.message.bytes', value: '2000' }]
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }], waitForLeaders: true })
    await admin.disconnect()
    for (const size of [10, 3000, 20, 30]) {
      await sendLetter(
        started.producer,
        started,
        { 'llmtrigger-target': topic, size: `${size}` },
        'x'.repeat(size),
      )
    }
    const { code, stderr } = await command('replay', '--all')
    expect(code).toBe(1)
    expect(stderr).toContain(`refused  0:1: topic ${topic} refuses it for its size`)
    expect(stderr).toContain('replayed: 3 dead letters: 3 event_invalid; refused: 1')
    expect((await readTopic(started.kafka, topic)).map(({ value }) => value?.length)).toEqual([10, 20, 30])
    expect(await documents('--pending')).toMatchObject([{ headers: { size: '3000' } }])
  })

  test('shows what fits the filters, oldest first over all partitions, and counts it on stderr', async () => {
    const at = (minute: number) => `2026-11-20T10:0${minute}:00.000Z`
    const letter = (minute: number, headers: Record<string, string>) =>
      sendLetter(started.producer, started, { 'llmtrigger-at': at(minute), ...headers }, 'x', minute % 2)
    for (const minute of [0, 1, 2, 3]) await letter(minute, {})
    await letter(4, {
      'llmtrigger-reason': 'work_invalid',
      'llmtrigger-stage': 'decide',
      'llmtrigger-rule-id': 'r',
    })
    await started.producer.send({
      topic: started.topics.deadLetter,
      messages: [{ value: 'not ours', partition: 0 }],
    })
    const times = async (...args: string[]) => (await documents(...args)).map(({ at: time }) => time)
    expect(await times()).toEqual([0, 1, 2, 3, 4].map(at))
    expect(await times('--from', at(1), '--to', at(3))).toEqual([at(1), at(2)])
    expect(await times('--rule', 'r', '--stage', 'decide', '--reason', 'event_invalid,work_invalid')).toEqual(
      [at(4)],
    )
    expect(await times('--topic', 'elsewhere')).toEqual([])
    const { code, stdout, stderr } = await command('list', '--limit', '2')
    expect([code, stderr]).toEqual([
      0,
      'there are more: --limit 2 is reached\n2 dead letters: 2 event_invalid\n',
    ])
    expect(stdout.split('\n')).toHaveLength(4)
  })

  test('says that the topic is missing, and ends with 1', async () => {
    const config = { kafka: { brokers, topic_prefix: 'nowhere.' }, sources: [{ topic: 'a' }] }
    const elsewhere = temporaryFolder({ 'llmtrigger.yaml': JSON.stringify(config) })
    const { code, stderr } = await runCommand(['dead-letter', 'list'], { directory: elsewhere })
    expect([code, stderr]).toEqual([
      1,
      'topic nowhere.dead-letter does not exist: run llmtrigger topics create\n',
    ])
  })
})

async function putLetters(started: KafkaPipeline, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, n) => ({
    ...letterMessage(started, {}, 'x'.repeat(200), n % 2),
    key: `${n}`,
  }))
  await started.producer.send({ topic: started.topics.deadLetter, messages })
}

async function sendLetter(
  producer: Producer,
  started: KafkaPipeline,
  headers: Readonly<Record<string, string>>,
  ...[value = 'x', partition = 0]: [value?: string, partition?: number]
): Promise<void> {
  const messages = [letterMessage(started, headers, value, partition)]
  await producer.send({ topic: started.topics.deadLetter, messages })
}

function letterMessage(
  { source }: KafkaPipeline,
  headers: Readonly<Record<string, string>>,
  ...[value, partition]: [value: string, partition: number]
) {
  return {
    key: 'k',
    value,
    partition,
    headers: {
      'llmtrigger-stage': 'route',
      'llmtrigger-reason': 'event_invalid',
      'llmtrigger-detail': 'not JSON',
      'llmtrigger-target': source,
      'llmtrigger-topic': source,
      'llmtrigger-partition': '0',
      'llmtrigger-offset': '0',
      'llmtrigger-at': new Date().toISOString(),
      'llmtrigger-truncated': 'false',
      ...headers,
    },
  }
}
