import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseLimit } from '../dead-letters/parse-limit.ts'
import { parseBound } from '../recordings/record/parse-bound.ts'
import type { RangeBound } from '../recordings/record/range-bound.ts'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

/** `record` and `replay`. */
export function addRecordings(program: Command, options: ProgramOptions): void {
  addRecord(program, options)
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
