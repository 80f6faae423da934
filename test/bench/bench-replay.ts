import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { recordingHeaderSchema } from '../../pipeline/recordings/recording-header.ts'
import { RecordingWriter } from '../../pipeline/recordings/recording-writer.ts'
import { readTopic, testKafka } from '../support/kafka-topics.ts'
import { runCommand } from '../support/run-command.ts'
import { percentile, printRow, rounded } from './bench-report.ts'

const PARTITIONS = 4
const START_MS = Date.parse('2026-11-20T10:00:00.000Z')
const told = z.object({ records: z.int(), pace_ms: z.record(z.string(), z.number()) })

export interface BenchReplayOptions {
  readonly seconds: number
}

/**
 * How exactly a recording is played at its own speed: by the command's own figures, which are of handing records over, and by the
 * times at which the broker appended them, later than that of the promptest one.
 */
export async function benchReplay(
  brokers: readonly string[],
  { seconds }: BenchReplayOptions,
): Promise<void> {
  for (const rate of [50, 500]) {
    const topic = `replay-${process.pid}-${rate}`
    const directory = await mkdtemp(join(tmpdir(), 'bench-replay-'))
    const config = { kafka: { brokers }, sources: [{ topic }] }
    await writeFile(join(directory, 'llmtrigger.yaml'), JSON.stringify(config))
    const kafka = testKafka(brokers)
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({
      topics: [
        {
          topic,
          numPartitions: PARTITIONS,
          configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }],
        },
      ],
      waitForLeaders: true,
    })
    await admin.disconnect()
    const header = recordingHeaderSchema.parse({ llmtrigger_recording: 1 })
    const writer = await RecordingWriter.open({ file: `${directory}/r.ndjson.gz`, header })
    const count = seconds * rate
    await writer.write(
      Array.from({ length: count }, (_, n) => ({
        topic,
        partition: n % PARTITIONS,
        offset: Math.floor(n / PARTITIONS),
        timestampMs: timeOf(n, rate),
        key: Buffer.from(`k${n % 100}`),
        value: Buffer.from(JSON.stringify({ event_type: 'bench', data: { n, text: 'x'.repeat(100) } })),
        headers: {},
      })),
    )
    await writer.close()
    const { code, stdout, stderr } = await runCommand(['replay', 'r.ndjson.gz', '--to-kafka', '--json'], {
      directory,
    })
    if (code !== 0) throw new Error(stderr)
    const { records, pace_ms } = told.parse(JSON.parse(stdout))
    await rm(directory, { recursive: true })
    const lags = (await readTopic(kafka, topic)).map(
      ({ partition, offset, timestampMs }) => timestampMs - timeOf(offset * PARTITIONS + partition, rate),
    )
    const promptest = lags.reduce((least, lag) => Math.min(least, lag), Infinity)
    const late = (share: number) => percentile(lags, share) - promptest
    printRow({
      bench: 'replay',
      case: `speed 1, ${rate} records/s for ${seconds} s`,
      records,
      ...Object.fromEntries(Object.entries(pace_ms).map(([share, ms]) => [`${share}_ms`, rounded(ms, 1)])),
      broker_p50_ms: late(0.5),
      broker_p99_ms: late(0.99),
      broker_max_ms: late(1),
    })
  }
}

function timeOf(n: number, rate: number): number {
  return START_MS + Math.floor((n * 1000) / rate)
}
