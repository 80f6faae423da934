import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import { parseChanges } from '../models/parse-changes.ts'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

const CALLS_MAX = 1000
const SECONDS_MAX = 600

/** `models` and what is below it. */
export function addModels(program: Command, options: ProgramOptions): void {
  const command = withUrl(withJson(program.command('models'))).description(
    'the models of a running process: limits, queues, calls, cost',
  )
  withExamples(command, ['models', 'models --url http://10.0.0.5:8080 --json'])
  onRun(command, options, async context => {
    const { listModels } = await import('../commands/list-models.ts')
    return listModels({ ...context, url: command.opts<Flags>().url })
  })
  addSet(command, options)
  addProbe(command, options)
}

interface Flags {
  readonly url?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly apply?: boolean
  readonly callsMax: number
  readonly seconds: number
}

function addSet(models: Command, options: ProgramOptions): void {
  const changes = new Argument(
    '<changes...>',
    'such as max_retries=5; nothing after the sign: as the file has it',
  )
  const command = withUrl(withJson(models.command('set')))
    .description('change a model while it runs, for every process and for good')
    .argument('<name>', 'of the model in the configuration')
    .addArgument(changes)
    .option('--dry-run', 'show what would be, and change nothing')
  withExamples(command, [
    'models set fast limits.requests_per_minute=240 max_retries=5',
    'models set fast limits.concurrency=none --dry-run',
    'models set fast limits.requests_per_minute=',
  ])
  onRun(command, options, async context => {
    const { setModel } = await import('../commands/set-model.ts')
    const { url, dryRun = false } = command.optsWithGlobals<Flags>()
    const [name = '', ...given] = command.args
    return setModel({ ...context, url, name, changes: parseChanges(given), dryRun })
  })
}

function addProbe(models: Command, options: ProgramOptions): void {
  const calls = new Option('--calls-max <count>', 'send at most so many').argParser(upTo(CALLS_MAX))
  const seconds = new Option('--seconds <count>', 'over so long').argParser(upTo(SECONDS_MAX))
  const command = withUrl(withJson(models.command('probe')))
    .description(
      'find out what the limits of a model are: by its headers, else by a few calls that come ever closer',
    )
    .argument('<name>', 'of the model in the configuration')
    .addOption(calls.default(20))
    .addOption(seconds.default(30))
    .option('--yes', 'go on without asking, though it spends calls')
    .option('--apply', 'set what was found at the running process')
  withExamples(command, ['models probe fast', 'models probe fast --yes --calls-max 50 --seconds 60 --apply'])
  onRun(command, options, async context => {
    const { probeModel } = await import('../commands/probe-model.ts')
    const { url, callsMax, yes = false, apply = false, seconds: span } = command.optsWithGlobals<Flags>()
    const [name = ''] = command.args
    return probeModel({ ...context, url, name, yes, callsMax, seconds: span, apply })
  })
}

function withUrl(command: Command): Command {
  return command.option('--url <address>', 'where the API is (default: http in the configuration)')
}

function upTo(max: number): (text: string) => number {
  return text => {
    const count = /^\d+$/.test(text) ? Number(text) : 0
    if (count < 1 || count > max) throw new InvalidArgumentError(`it is a whole number from 1 to ${max}.`)
    return count
  }
}
