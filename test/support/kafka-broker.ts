import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync, openSync, closeSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { mendKafkajs } from '../../pipeline/kafka/mend-kafkajs.ts'
import { freePort } from './free-port.ts'

const STARTS_MAX = 4
const READY_TIMEOUT_MS = 60_000
const LOG_TAIL_CHARACTERS = 3000
const jvm = [
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
]

export interface KafkaBrokerOptions {
  /** Folder with the broker's jars. */
  readonly libs: string
  /** Broker properties besides, or instead of, those for a small throw-away broker. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Its place among several brokers; alone by default. */
  readonly member?: ClusterMember
  /** What a second listener advertises: the port of a proxy that leads to `proxiedPort`. */
  readonly advertisedPort?: number
}

export interface ClusterMember {
  /** From 1. */
  readonly id: number
  readonly clusterId: string
  /** Of all brokers, in the order of their ids: each of them is a controller, too. */
  readonly controllerPorts: readonly number[]
}

export interface KafkaBroker {
  readonly brokers: string[]
  /** Of the listener behind the proxy; 0 where there is none. */
  readonly proxiedPort: number
  readonly pid: () => number | undefined
  /** Ends the process; resolves when it is gone. */
  readonly kill: (signal: 'SIGKILL' | 'SIGTERM') => Promise<void>
  /** Starts it again on the same port and data. */
  readonly start: () => Promise<void>
  /** Kills it and removes its data. */
  readonly stop: () => Promise<void>
}

/** A cluster's id. One in 64 would begin with a dash, which the format command takes for an option. */
export function newClusterId(): string {
  return `k${randomBytes(16).toString('base64url').slice(1)}`
}

/** A broker of its own on a free port, alone or with others; it and its data are gone when this process ends. */
export async function startKafkaBroker(options: KafkaBrokerOptions): Promise<KafkaBroker> {
  // A port that was free can be taken before the broker binds it.
  for (let attempt = 1; ; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'llmtrigger-kafka-'))
    try {
      return await startIn(folder, options)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      if (!(error instanceof BindError) || attempt === STARTS_MAX) throw error
    }
  }
}

class BindError extends Error {}

async function startIn(folder: string, options: KafkaBrokerOptions): Promise<KafkaBroker> {
  const { libs, settings = {}, advertisedPort } = options
  const port = await freePort()
  const proxiedPort = advertisedPort === undefined ? 0 : await freePort()
  const member = options.member ?? { id: 1, clusterId: newClusterId(), controllerPorts: [await freePort()] }
  const properties = join(folder, 'server.properties')
  const own = {
    ...brokerSettings(folder, member),
    ...listenerSettings(options, member, { port, proxiedPort }),
  }
  writeFileSync(properties, propertiesText({ ...own, ...settings }))
  const format = ['kafka.tools.StorageTool', 'format', '-t', member.clusterId, '-c', properties]
  execFileSync('java', [...jvm, '-cp', `${libs}/*`, ...format], { stdio: 'pipe' })
  let child: ChildProcess | undefined
  const logFile = join(folder, 'log.txt')
  const remove = (): void => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  const start = async (): Promise<void> => {
    const log = openSync(logFile, 'w')
    child = spawn('java', [...jvm, '-cp', `${libs}/*`, 'kafka.Kafka', properties], {
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    await untilReady(child, port, logFile)
  }
  const kill = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise(resolve => child?.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  const stop = async (): Promise<void> => {
    await kill('SIGKILL')
    process.off('exit', remove)
    remove()
  }
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return { brokers: [`127.0.0.1:${port}`], proxiedPort, pid: () => child?.pid, kill, start, stop }
}

function listenerSettings(
  { advertisedPort }: KafkaBrokerOptions,
  { id, controllerPorts }: ClusterMember,
  { port, proxiedPort }: { readonly port: number; readonly proxiedPort: number },
): Record<string, string> {
  const plain = `PLAINTEXT://127.0.0.1:${port}`
  const proxied = advertisedPort === undefined ? '' : `,PROXIED://127.0.0.1:${proxiedPort}`
  const advertised = advertisedPort === undefined ? '' : `,PROXIED://127.0.0.1:${advertisedPort}`
  const controllerPort = controllerPorts[id - 1] ?? 0
  return {
    'controller.quorum.voters': controllerPorts.map((at, index) => `${index + 1}@127.0.0.1:${at}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners: `${plain}${proxied},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `${plain}${advertised}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT',
  }
}

function brokerSettings(folder: string, { id }: ClusterMember): Record<string, string | number> {
  return {
    'process.roles': 'broker,controller',
    'node.id': id,
    'log.dirs': join(folder, 'data'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    // A broker that was killed may register again only when the session of its former life has ended.
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 500,
    'log.retention.check.interval.ms': 1000,
  }
}

function propertiesText(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Its own process is alive, the port is open, and it answers: another program may hold the port. */
async function untilReady(child: ChildProcess, port: number, logFile: string): Promise<void> {
  const deadlineMs = Date.now() + READY_TIMEOUT_MS
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null || child.signalCode !== null) throw startError(logFile)
    if ((await isOpen(port)) && (await answers(port))) return
    await delay(50)
  }
  child.kill('SIGKILL')
  throw startError(logFile)
}

function startError(logFile: string): Error {
  const tail = readFileSync(logFile, 'utf8').slice(-LOG_TAIL_CHARACTERS)
  const message = `the Kafka broker did not start:\n${tail}`
  return /BindException|Address already in use/.test(tail) ? new BindError(message) : new Error(message)
}

async function answers(port: number): Promise<boolean> {
  mendKafkajs()
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  })
  const admin = kafka.admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    return brokers.length > 0
  } catch {
    // Not ready yet is the expected answer here; the caller asks until its deadline.
    return false
  } finally {
    await admin.disconnect()
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    const settle = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', () => settle(false))
  })
}
