import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { parseLimit } from '../dead-letters/parse-limit.ts'
import { parseTime } from '../dead-letters/parse-time.ts'
import { parseSpeed } from '../parse-speed.ts'
import { parseBound } from '../recordings/record/parse-bound.ts'
import type { RangeBound } from '../recordings/record/range-bound.ts'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

/** `record` and `replay`. */
export function addRecordings(program: Command, options: ProgramOptions): void {
  addRecord(program, options)
  addReplay(program, options)
}

interface RecordFlags {
  readonly topic: readonly string[]
  readonly out: string
  readonly from?: RangeBound
  readonly to?: RangeBound
  readonly follow?: boolean
  readonly maxRecords?: number
  readonly maxBytes?: number
  readonly force?: boolean
}

const earliest: RangeBound = { kind: 'earliest', at: 0, text: 'earliest' }
const latest: RangeBound = { kind: 'latest', at: 0, text: 'latest' }

function addRecord(program: Command, options: ProgramOptions): void {
  const topic = new Option('--topic <topic...>', 'a topic, or work, decisions or alerts; may be given again')
  const from = new Option(
    '--from <point>',
    'earliest, latest, offset:N, or a time (default: earliest; latest with --follow)',
  )
  const to = new Option(
    '--to <point>',
    'now, offset:N, or a time; what is there is not part of it (default: now)',
  )
  const records = new Option('--max-records <count>', 'end after so many records')
  const bytes = new Option('--max-bytes <bytes>', 'end before more bytes than these, such as 500MB, unpacked')
  const command = withJson(program.command('record'))
    .description('records of topics into a file, in the order of their times: plain, or gzip as FILE.gz')
    .addOption(topic.makeOptionMandatory())
    .requiredOption('--out <file>', 'where to; packed where its name ends in .gz')
    .addOption(from.argParser(parseBound({ earliest: 'earliest', latest: 'latest' })))
    .addOption(to.argParser(parseBound({ now: 'latest' })).conflicts('follow'))
    .option('--follow', 'go on with what is written, until Ctrl-C')
    .addOption(records.argParser(parseLimit))
    .addOption(bytes.argParser(parseBytes))
    .option('--force', 'overwrite the file if it is there')
  withExamples(command, [
    'record --topic signals --out signals.ndjson.gz',
    'record --topic signals --topic metrics --from 2026-11-20 --to 2026-11-21 --out day.ndjson.gz',
    'record --topic work --topic decisions --follow --out live.ndjson',
    'record --topic signals --from offset:4711 --max-records 1000 --out few.ndjson --json',
  ])
  onRun(command, options, async context => {
    const { record } = await import('../commands/recordings/record.ts')
    const flags = command.opts<RecordFlags>()
    const { topic: topics, out, follow = false, force = false, maxRecords, maxBytes } = flags
    return record({
      ...context,
      topics,
      out,
      from: flags.from ?? (follow ? latest : earliest),
      to: flags.to,
      follow,
      recordsMax: maxRecords,
      bytesMax: maxBytes,
      force,
      version: options.version,
    })
  })
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 }

function parseBytes(text: string): number {
  const [, count, unit = ''] = /^(\d{1,12}) ?([kMG]?)B?$/.exec(text) ?? []
  const bytes = Number(count) * (units[unit] ?? NaN)
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new InvalidArgumentError('It is a number of bytes such as 1000000, 500MB or 2GB.')
}

interface ReplayFlags {
  readonly speed: number | 'max'
  readonly from?: number
  readonly to?: number
  readonly topic?: readonly string[]
  readonly topicMap?: ReadonlyMap<string, string>
  readonly timestamps: 'keep' | 'now'
  readonly resume?: boolean
  readonly state?: string
  readonly skipBad?: boolean
  readonly ownTopics?: boolean
  readonly dryRun?: boolean
}

function addReplay(program: Command, options: ProgramOptions): void {
  const toKafka = new Option('--to-kafka', 'onto the topics of the configured Kafka')
  const speed = new Option('--speed <factor>', 'times faster than it was recorded, or max').argParser(
    parseSpeed,
  )
  const map = new Option('--topic-map <a=b...>', 'records of topic a to topic b').argParser(parseTopicMap)
  const timestamps = new Option('--timestamps <which>', 'keep those of the recording, or shift them to now')
  const command = withJson(program.command('replay'))
    .description('records of a recording back onto topics, each at its time')
    .addArgument(new Argument('<file>', 'a recording, plain or gzip'))
    .addOption(toKafka.makeOptionMandatory())
    .addOption(speed.default(1))
    .addOption(
      new Option('--from <time>', 'only what was recorded at this time or later').argParser(parseTime),
    )
    .addOption(new Option('--to <time>', 'only what was recorded before this time').argParser(parseTime))
    .option('--topic <topic...>', 'only records of these topics')
    .addOption(map)
    .addOption(timestamps.choices(['keep', 'now']).default('keep'))
    .option('--resume', 'go on with a replay of this file that was stopped')
    .option('--state <file>', 'where it is kept how far it is (default: FILE.replay.json)')
    .option('--skip-bad', 'pass bad lines over and count them')
    .option('--own-topics', "let the pipeline's own topics be targets, such as work and decisions")
    .option('--dry-run', 'look at the recording and say what would be done, and send nothing')
  withExamples(command, [
    'replay day.ndjson.gz --to-kafka',
    'replay day.ndjson.gz --to-kafka --speed 60 --timestamps now',
    'replay day.ndjson.gz --to-kafka --speed max --topic-map signals=signals-copy metrics=metrics-copy',
    'replay day.ndjson.gz --to-kafka --from 2026-11-20T10:00:00Z --to 2026-11-20T11:00:00Z --dry-run',
    'replay day.ndjson.gz --to-kafka --resume',
  ])
  onRun(command, options, async context => {
    const { replay } = await import('../commands/recordings/replay.ts')
    const flags = command.opts<ReplayFlags>()
    const { speed: factor, topicMap = new Map<string, string>(), timestamps: which } = flags
    const { resume = false, skipBad = false, ownTopics = false, dryRun = false } = flags
    const selection = { topics: flags.topic, fromMs: flags.from, toMs: flags.to }
    const [file = ''] = command.args
    return replay({
      ...{ ...context, file, speed: factor, selection, topicMap, timestamps: which },
      ...{ resume, state: flags.state, skipBad, ownTopics, dryRun },
    })
  })
}

function parseTopicMap(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, from, to] = /^([\w.-]+)=([\w.-]+)$/.exec(text) ?? []
  if (from === undefined || to === undefined) {
    throw new InvalidArgumentError(
      'It is a topic of the recording and where its records go, such as signals=signals-copy.',
    )
  }
  if (before.has(from)) throw new InvalidArgumentError(`${from} is mapped twice.`)
  return new Map([...before, [from, to]])
}
