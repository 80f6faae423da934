import { parseArgs } from 'node:util'
import { findKafkaLibs, kafkaVersions, type KafkaVersion } from '../support/kafka-libs.ts'
import { runCampaign } from './campaign.ts'
import { type Profile, profiles } from './chaos-cluster.ts'
import { type FaultName, faultTable, isFaultName } from './faults/fault-table.ts'
import { renderResult } from './render-result.ts'
import { takeover } from './takeover.ts'

const EXIT_VIOLATION = 1
const EXIT_USAGE = 2
const EXIT_UNREACHABLE = 5
const EXIT_INTERRUPTED = 130

const help = `npm run chaos -- [options]
npm run chaos -- takeover [--seed N] [--rate N] [--kafka VERSION]

Runs workers on a real Kafka under faults, then accounts for every event. "takeover" measures
how long a killed worker is missed, and how long a lane behind 100,000 decisions takes to open.

  --minutes N       how long faults are injected (10)
  --seed N          the same seed repeats schedule and events (drawn from the time)
  --workers N       worker processes, 2 to 8 (3)
  --rate N          events a second (200)
  --faults a,b      only these, or none (all): ${Object.keys(faultTable).join(', ')}
  --profile NAME    one broker, or three with replication 3: ${profiles.join(', ')} (one)
  --kafka VERSION   ${kafkaVersions.join(', ')} (4.1.1)
  --keep            keep logs and records, also where nothing is wrong
  --json            the result as one document
  --help

Exit status: 0 all accounted for, 1 a violation, 2 usage, 5 no Kafka to be had.
`

const commands = ['campaign', 'takeover'] as const

class UsageError extends Error {}

process.exitCode = await main()

async function main(): Promise<number> {
  try {
    return await run(readOptions())
  } catch (error) {
    if (!(error instanceof UsageError) && !isArgumentError(error)) throw error
    process.stderr.write(`${error.message}\n\n${help}`)
    return EXIT_USAGE
  }
}

interface Options {
  readonly command: (typeof commands)[number]
  readonly help: boolean
  readonly keep: boolean
  readonly json: boolean
  readonly minutes: number
  readonly seed: number
  readonly workers: number
  readonly rate: number
  readonly faults: readonly FaultName[]
  readonly profile: Profile
  readonly kafka: KafkaVersion
}

function readOptions(): Options {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
      workers: { type: 'string', default: '3' },
      rate: { type: 'string', default: '200' },
      faults: { type: 'string', default: 'all' },
      profile: { type: 'string', default: 'one' },
      kafka: { type: 'string', default: '4.1.1' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const [command = 'campaign', ...others] = positionals
  if (others.length > 0) throw new UsageError(`unknown: ${others.join(' ')}`)
  return {
    command: oneOf('command', command, commands),
    help: values.help,
    keep: values.keep,
    json: values.json,
    minutes: number('minutes', values.minutes, [0.1, 24 * 60]),
    seed: Math.floor(number('seed', values.seed, [0, 2 ** 31])),
    workers: Math.floor(number('workers', values.workers, [2, 8])),
    rate: number('rate', values.rate, [1, 5000]),
    faults: faultsOf(values.faults),
    profile: oneOf('profile', values.profile, profiles),
    kafka: oneOf('kafka', values.kafka, kafkaVersions),
  }
}

function number(name: string, text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text)
  if (text !== '' && value >= least && value <= most) return value
  throw new UsageError(`--${name} is a number from ${least} to ${most}, not ${text}`)
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === text)
  if (found === undefined) throw new UsageError(`--${name} is one of ${choices.join(', ')}, not ${text}`)
  return found
}

function faultsOf(text: string): readonly FaultName[] {
  if (text === 'none') return []
  const names = text === 'all' ? Object.keys(faultTable) : text.split(',')
  return names.map(name => {
    if (!isFaultName(name)) throw new UsageError(`no fault is named ${name}`)
    return name
  })
}

async function run(options: Options): Promise<number> {
  if (options.help) {
    process.stdout.write(help)
    return 0
  }
  const found = await findKafkaLibs(options.kafka)
  if ('skipped' in found) {
    process.stderr.write(`${found.skipped}\n`)
    return EXIT_UNREACHABLE
  }
  return options.command === 'takeover' ? measure(options, found.libs) : runUntilStopped(options, found.libs)
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function measure({ seed, rate }: Options, libs: string): Promise<number> {
  process.stdout.write(`${JSON.stringify(await takeover({ libs, seed, rate, tell }))}\n`)
  return 0
}

async function runUntilStopped(options: Options, libs: string): Promise<number> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stop.abort(new Error('interrupted')))
  tell(`seed ${options.seed}`)
  try {
    const result = await runCampaign({ ...options, libs, signal: stop.signal, tell })
    process.stdout.write(`${options.json ? JSON.stringify(result) : renderResult(result)}\n`)
    return result.passed ? 0 : EXIT_VIOLATION
  } catch (error) {
    if (!stop.signal.aborted) throw error
    tell('interrupted')
    return EXIT_INTERRUPTED
  }
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
