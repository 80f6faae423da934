import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface CommittedRecord {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly headers: ReadonlyMap<string, string>
  readonly key: string
  readonly value: string
}

export interface ReadCommittedOptions {
  /** The broker's jars, with its tools. */
  readonly libs: string
  readonly brokers: readonly string[]
  readonly topic: string
}

/**
 * No record for so long: the end. On a busy machine three readers took more than 6 s to get their first one. What is missing by
 * mistake would be told as lost, never passed over.
 */
const QUIET_MS = 20_000
const shown = ['timestamp', 'partition', 'offset', 'headers', 'key', 'value']
const LINE = /^LogAppendTime:(\d+)|^CreateTime:(\d+)/

/**
 * Reads a topic from its start with Kafka's own console consumer, read-committed: a reader that shares no code with the
 * pipeline, nor its client library.
 */
export async function readCommitted(
  { libs, brokers, topic }: ReadCommittedOptions,
  each: (record: CommittedRecord) => void,
): Promise<void> {
  const format = [...shown.map(name => `print.${name}=true`), 'key.separator=\t', 'headers.separator=\u0001']
  const options = ['--bootstrap-server', brokers.join(','), '--topic', topic, '--from-beginning']
  const child = spawn(
    'java',
    [
      ...['-Xmx512m', '-XX:TieredStopAtLevel=1', '-cp', `${libs}/*`],
      ...['-Dorg.slf4j.simpleLogger.defaultLogLevel=error'],
      ...['org.apache.kafka.tools.consumer.ConsoleConsumer', ...options],
      ...['--isolation-level', 'read_committed', '--timeout-ms', `${QUIET_MS}`],
      ...format.flatMap(property => ['--property', property]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-5000)))
  const exited = new Promise<number | null>(resolve => child.once('close', resolve))
  let read = 0
  for await (const line of createInterface({ input: child.stdout })) {
    each(recordOf(line))
    read += 1
  }
  await exited
  process.off('exit', kill)
  // It ends with 1 when the time is over, so that its count is what tells a whole answer from a broken one.
  const counted = Number(/Processed a total of (\d+) messages/.exec(said)?.[1] ?? NaN)
  if (counted !== read) throw new Error(`the console consumer of ${topic} read ${read}, said: ${said}`)
}

function recordOf(line: string): CommittedRecord {
  const [time = '', partition = '', offset = '', headers = '', key = '', ...value] = line.split('\t')
  const stamp = LINE.exec(time)
  if (stamp === null) throw new Error(`the console consumer wrote an unknown line: ${line.slice(0, 200)}`)
  return {
    timestampMs: Number(stamp[1] ?? stamp[2]),
    partition: Number(partition.split(':')[1]),
    offset: Number(offset.split(':')[1]),
    headers: headersOf(headers),
    key,
    value: value.join('\t'),
  }
}

function headersOf(text: string): ReadonlyMap<string, string> {
  if (text === 'NO_HEADERS') return new Map()
  return new Map(
    text.split('\u0001').map(header => {
      const at = header.indexOf(':')
      return [header.slice(0, at), header.slice(at + 1)]
    }),
  )
}
