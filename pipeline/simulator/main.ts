import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { PipelineError } from '../../schemas/failure.ts'
import { parseSimulatorSettings } from './parse-simulator-settings.ts'
import { providers } from './providers/providers.ts'
import { quotaProfiles } from './quota-profiles.ts'
import { startSimulator } from './start-simulator.ts'
import type { SimulatorOptions } from './start-simulator.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

const EXAMPLES = `
Examples:
  $ npm run simulator                                   answers yes to everything at http://127.0.0.1:8090/v1
  $ npm run simulator -- --latency-ms lognormal:800:0.5 --answer-when 'count >= 5 && sum.volume > 500000'
  $ npm run simulator -- --profile P5 --requests-per-minute 60 --network-ms 15:75
  $ npm run simulator -- --provider anthropic --input-tokens-per-minute 40000 --token-charge settle
  $ npm run simulator -- --requests-per-minute 600 --retry-after 300 --rate-limit-headers minus_one
  $ npm run simulator -- --error-rate 0.05 --error-status 503,529 --hang-rate 0.01 --garbage-rate 0.02 --seed 7
  $ curl localhost:8090/stats
  $ curl -d '{"requests_per_minute": 240}' localhost:8090/control      what is in the windows stays there
  $ curl -d '{"account": "out_of_money"}' localhost:8090/control       or bad_key, or good
  $ curl -d '{"down": true}' localhost:8090/control

Profiles, each with a quota that further options change:
  P1 600 requests in aligned minutes      P4 a bucket of a minute       P7 60,000 tokens, the output asked for is charged
  P2 in any minute                        P5 a bucket of 10 s           P8 the same, settled when the call has ended
  P3 in any minute, refusals count too    P6 a bucket of a second       P9 64 requests at once

In the manner of gemini and deepseek no header tells of limits or of a wait; gemini's refusals have the wait in the body.
An expression sees the window as: count, sum.<field>, min.<field>, max.<field>, distinct.<field>, first.<field>, last.<field>,
rule; true counts as 1. A reason may name them too: "{count} buys, {sum.volume} USDT together".
A file for --answers is a JSON list. Used in turn: [{"should_trigger": true, "confidence": 0.9, "reason": "…"}, …].
By prompt, the first that fits: [{"match": "text in the prompt", "if": "expression", "should_trigger": true, "confidence": 0.9}, …],
or with "when": "expression" in place of should_trigger, for one that says yes or no by it.
`

// Settings have their defaults in the schema: one given here would go over a profile.
const program = new Command('simulator')
  .description('An OpenAI-compatible model provider that answers by script and enforces its quotas')
  .option('--port <port>', 'port to listen on; 0 takes any', integer, 8090)
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option('--seed <number>', 'of all randomness', integer, 1)
  .option('--api-key <key>', 'refuse requests to the model without this key')
  .option('--latency-ms <latency>', 'milliseconds, or lognormal:<median ms>:<sigma> (default: 0)', latency)
  .option(
    '--network-ms <ms>',
    'time under way, each way: milliseconds, or <from ms>:<to ms> (default: 0)',
    range,
  )
  .addOption(
    new Option('--provider <name>', 'in whose manner limits and errors are told (default: openai)').choices(
      Object.keys(providers),
    ),
  )
  .addOption(
    new Option('--account <state>', 'refuse every request for it (default: good)').choices([
      'good',
      'out_of_money',
      'bad_key',
    ]),
  )
  .option('--error-rate <0..1>', 'share of requests that fail (default: 0)', number)
  .option('--error-status <status,...>', 'HTTP status of those, or one of several (default: 500)', statuses)
  .option('--error-code <code>', 'code in the body of those, such as insufficient_quota')
  .option('--hang-rate <0..1>', 'share of requests that are never answered (default: 0)', number)
  .option('--garbage-rate <0..1>', 'share of answers that are broken (default: 0)', number)
  .addOption(
    new Option('--profile <name>', 'all of the quota: see below').choices(Object.keys(quotaProfiles)),
  )
  .option('--concurrency-max <n>', 'requests at once; more are refused', integer)
  .option('--requests-per-minute <n>', 'quota of requests', integer)
  .option('--tokens-per-minute <n>', 'quota of tokens: the prompt and the output asked for', integer)
  .option('--input-tokens-per-minute <n>', 'quota of tokens of prompts', integer)
  .option('--output-tokens-per-minute <n>', 'quota of tokens of output', integer)
  .addOption(
    new Option(
      '--token-charge <manner>',
      'the output asked for stays charged, or is settled by the real one (default: estimate)',
    ).choices(['estimate', 'settle']),
  )
  .addOption(
    new Option('--quota-window <kind>', 'how the server judges (default: sliding)').choices([
      'fixed',
      'sliding',
      'bucket',
    ]),
  )
  .option('--quota-span-ms <ms>', 'over which span the quotas are judged (default: the minute)', integer)
  .option('--minute-ms <ms>', 'how long the minute of the quotas lasts (default: 60000)', integer)
  .option('--refusals-count', 'refused requests use up the quota too')
  .option(
    '--retry-after <on|off|seconds>',
    'whether a refusal says how long to wait (default: on)',
    retryAfter,
  )
  .addOption(
    new Option('--retry-after-form <form>', 'seconds, retry-after-ms, or a date (default: seconds)').choices([
      'seconds',
      'milliseconds',
      'date',
    ]),
  )
  .option(
    '--rate-limit-headers <on|off|minus_one|other_unit>',
    'whether answers tell of limits, and whether they lie: -1, or a sixth (default: on)',
    limitHeaders,
  )
  .option('--answers <file>', 'answers as a JSON list', answers)
  .option('--answer-when <expression>', 'answer yes when this holds for the window')
  .addHelpText('after', EXAMPLES)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE))
  .action(run)

await program.parseAsync()

async function run(options: SimulatorOptions): Promise<void> {
  try {
    const simulator = await startSimulator(options)
    process.stdout.write(`simulator listening on ${simulator.baseUrl}\n`)
    const stop = (): void => void simulator.close()
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  } catch (error) {
    const usage = error instanceof PipelineError
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = usage ? EXIT_USAGE : EXIT_FAILED
  }
}

function number(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('a number is needed')
  return value
}

function integer(text: string): number {
  const value = number(text)
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('a whole number from 0 is needed')
  return value
}

function latency(text: string): number | string {
  return text.startsWith('lognormal:') ? text : number(text)
}

function range(text: string): number | string {
  return text.includes(':') ? text : number(text)
}

function statuses(text: string): readonly number[] {
  return text.split(',').map(integer)
}

function retryAfter(text: string): boolean | number {
  return onOff(text) ?? integer(text)
}

function limitHeaders(text: string): boolean | string {
  return onOff(text) ?? text
}

function onOff(text: string): boolean | undefined {
  if (text === 'on') return true
  return text === 'off' ? false : undefined
}

function answers(path: string): SimulatorOptions['answers'] {
  try {
    const list: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return parseSimulatorSettings({ answers: list }).answers
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
