import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from 'commander'
import { PipelineError } from '../../schemas/failure.ts'
import { parseSimulatorSettings } from './parse-simulator-settings.ts'
import { startSimulator } from './start-simulator.ts'
import type { SimulatorOptions } from './start-simulator.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

const EXAMPLES = `
Examples:
  $ npm run simulator                                   answers yes to everything at http://127.0.0.1:8090/v1
  $ npm run simulator -- --latency-ms lognormal:800:0.5 --answer-when 'count >= 5 && sum.volume > 500000'
  $ npm run simulator -- --requests-per-minute 600 --quota-window bucket --concurrency-max 32
  $ npm run simulator -- --error-rate 0.05 --error-status 503 --hang-rate 0.01 --garbage-rate 0.02 --seed 7
  $ curl localhost:8090/stats
  $ curl -d '{"down": true}' localhost:8090/control

An expression sees the window as: count, sum.<field>, min.<field>, max.<field>, first.<field>, last.<field>, rule.
A file for --answers is a JSON list. Used in turn: [{"should_trigger": true, "confidence": 0.9, "reason": "…"}, …].
By prompt, the first that fits: [{"match": "text in the prompt", "when": "expression", "confidence": 0.9}, …].
`

const program = new Command('simulator')
  .description('An OpenAI-compatible model provider that answers by script and enforces its quotas')
  .option('--port <port>', 'port to listen on; 0 takes any', integer, 8090)
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option('--seed <number>', 'of all randomness', integer, 1)
  .option('--api-key <key>', 'refuse requests to the model without this key')
  .option('--latency-ms <latency>', 'milliseconds, or lognormal:<median ms>:<sigma>', latency, 0)
  .option('--error-rate <0..1>', 'share of requests that fail', number, 0)
  .option('--error-status <status>', 'HTTP status of those', integer, 500)
  .option('--error-code <code>', 'code in the body of those, such as insufficient_quota')
  .option('--hang-rate <0..1>', 'share of requests that are never answered', number, 0)
  .option('--garbage-rate <0..1>', 'share of answers that are broken', number, 0)
  .option('--concurrency-max <n>', 'requests at once; more are refused', integer)
  .option('--requests-per-minute <n>', 'quota of requests', integer)
  .option('--tokens-per-minute <n>', 'quota of tokens: the prompt and the output asked for', integer)
  .addOption(
    new Option('--quota-window <kind>', 'how the server judges')
      .choices(['fixed', 'sliding', 'bucket'])
      .default('sliding'),
  )
  .option('--quota-span-ms <ms>', 'over which span the quotas are judged', integer, 60_000)
  .option('--refusals-count', 'refused requests use up the quota too', false)
  .addOption(
    new Option('--retry-after <on|off|seconds>', 'whether a refusal says how long to wait')
      .argParser(retryAfter)
      .default(true, 'on'),
  )
  .addOption(
    new Option('--rate-limit-headers <on|off>', 'whether answers carry x-ratelimit-*')
      .argParser(onOff)
      .default(true, 'on'),
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

function onOff(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('on or off')
  return text === 'on'
}

function retryAfter(text: string): boolean | number {
  return text === 'on' || text === 'off' ? onOff(text) : number(text)
}

function answers(path: string): SimulatorOptions['answers'] {
  try {
    const list: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return parseSimulatorSettings({ answers: list }).answers
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
