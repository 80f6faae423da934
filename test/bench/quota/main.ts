import { parseArgs } from 'node:util'
import { type QuotaProfileName, quotaProfiles } from '../../../pipeline/simulator/quota-profiles.ts'
import { benchCommand } from '../bench-command.ts'
import { type BenchRow, machineRow, printRow, rounded } from '../bench-report.ts'
import { contenders } from './contenders/contenders.ts'
import { measureChange } from './measure-change.ts'
import { measureContender, type Measured, type RunOptions } from './measure-contender.ts'
import { renderTable, type Result } from './render-table.ts'

const profileNames = Object.keys(quotaProfiles)
const contenderNames = contenders.map(({ name }) => name)

const help = `npm run bench:quota -- [options]

How much of a provider's quota each client uses, and what it is refused and fails at on the way, over real HTTP: one
simulator in a process of its own for each run, 15 to 75 ms each way, more calls than the quota, the same seed for all.

  --profiles a,b         ${profileNames.join(',')} (all)
  --contenders a,b       ${contenderNames.join(',')} (all)
  --window-seconds N     how long the minute of the quotas lasts (10); 60 for figures to publish
  --seconds N            each run, with its first window, which is not measured (40)
  --rounds N             each run so many times (1), with the seeds that follow
  --seed N               (1)
  --latency-ms L         of an answer: milliseconds, or lognormal:<median>:<sigma> (lognormal:1200:0.4)
  --change               instead: the quota of requests falls to 40 % for ten of 23 windows and comes back, told in headers and not
  --help

JSON lines on stdout, a table on stderr. The goodput is what answered calls used of the quota after the first window: of
requests, of tokens as charged, or (P9) of the places at once. Two profiles have a ceiling below 100 % for an even pace:
P8  a call in flight holds more than it will be charged, which weighs more the shorter the window: 94 % of 10 s, 99 % of 60 s.
P9  a place is empty while its answer and the next request are under way: latency / (latency + 90 ms), 94 % by default.
`

process.exitCode = await benchCommand({
  help,
  readOptions,
  run: options => (options.change ? runChanges(options) : runAll(options)),
})

type Options = ReturnType<typeof readOptions>

async function runAll({ profiles, running, rounds, seed, ...shared }: Options): Promise<void> {
  printRow(machineRow('none'))
  const results: Result[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const profile of profiles) {
      for (const contender of running) {
        const options = { ...shared, profile, seed: seed + round - 1, round }
        const measured = await measureContender(contender, options)
        printRow(rowOf(contender.name, options, measured))
        results.push({ ...measured, contender: contender.name, profile })
      }
    }
  }
  process.stderr.write(renderTable(results))
}

async function runChanges({ profiles, running, ...shared }: Options): Promise<void> {
  printRow(machineRow('none'))
  for (const profile of profiles) {
    for (const contender of running) {
      for (const headers of [true, false]) {
        const measured = await measureChange(contender, { ...shared, profile, headers })
        const { windowSeconds } = shared
        const run = {
          profile,
          contender: contender.name,
          headers: String(headers),
          window_seconds: windowSeconds,
        }
        printRow({
          bench: 'quota-change',
          ...run,
          low_share: rounded(measured.lowShare, 4),
          low_reached_seconds: reached(measured.lowReachedSeconds),
          back_reached_seconds: reached(measured.backReachedSeconds),
          refused: measured.refused,
          failed: measured.failed,
        })
      }
    }
  }
}

function reached(seconds: number | null): number | string {
  return seconds === null ? 'never' : rounded(seconds, 1)
}

function rowOf(contender: string, options: RunOptions & { round: number }, measured: Measured): BenchRow {
  const { profile, windowSeconds, seconds, seed, round } = options
  return {
    bench: 'quota',
    profile,
    contender,
    round,
    seed,
    window_seconds: windowSeconds,
    seconds,
    goodput: rounded(measured.goodput, 4),
    refused: measured.refused,
    failed: measured.failed,
    answered: measured.answered,
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      profiles: { type: 'string', default: profileNames.join(',') },
      contenders: { type: 'string', default: contenderNames.join(',') },
      'window-seconds': { type: 'string', default: '10' },
      seconds: { type: 'string', default: '40' },
      rounds: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      'latency-ms': { type: 'string', default: 'lognormal:1200:0.4' },
      change: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const windowSeconds = wholeNumber('window-seconds', values['window-seconds'])
  const seconds = wholeNumber('seconds', values.seconds)
  if (!values.change && seconds <= windowSeconds) throw new Error('--seconds: more than one window is needed')
  return {
    profiles: values.profiles.split(',').map(profileOf),
    running: values.contenders.split(',').map(contenderOf),
    windowSeconds,
    seconds,
    rounds: wholeNumber('rounds', values.rounds),
    seed: wholeNumber('seed', values.seed),
    latencyMs: /^\d+$/.test(values['latency-ms']) ? Number(values['latency-ms']) : values['latency-ms'],
    change: values.change,
    help: values.help,
  }
}

function profileOf(name: string): QuotaProfileName {
  if (!isProfile(name)) throw new Error(`--profiles: no profile ${name}`)
  return name
}

function isProfile(name: string): name is QuotaProfileName {
  return profileNames.includes(name)
}

function contenderOf(name: string) {
  const found = contenders.find(contender => contender.name === name)
  if (found === undefined) throw new Error(`--contenders: no contender ${name}`)
  return found
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name}: a whole number from 1 is needed`)
  return value
}
