import { Argument, Command, Option } from 'commander'
import type { Stage } from '../operators/telemetry.ts'
import { deadLetterReasonSchema } from '../schemas/failure.ts'
import type { LetterSelection } from './dead-letters/dead-letter-log.ts'
import { parseCoordinates } from './dead-letters/parse-coordinates.ts'
import { parseNames } from './dead-letters/parse-names.ts'
import { parseTime } from './dead-letters/parse-time.ts'
import { parseLimit } from './dead-letters/parse-limit.ts'
import { parseSpeed } from './parse-speed.ts'
import { parseStages } from './parse-stages.ts'
import { addModels } from './program/add-models.ts'
import { addBacktest } from './program/add-backtest.ts'
import { addRecordings } from './program/add-recordings.ts'
import { addRuleChanges } from './program/add-rule-changes.ts'
import { addRulesEstimate } from './program/add-rules-estimate.ts'
import { addRulesSchema } from './program/add-rules-schema.ts'
import { addRuleTests } from './program/add-rule-tests.ts'
import { addTails } from './program/add-tails.ts'
import { addWindows } from './program/add-windows.ts'
import { onRun, type ProgramOptions } from './program/on-run.ts'
import { withExamples } from './program/with-examples.ts'
import { withJson } from './program/with-json.ts'

/** The command line. What a command needs is loaded when it runs, so that help and mistakes are answered at once. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('llmtrigger')
    .description(
      'Turns event streams on Kafka into alerts, with rules in expressions, in plain language, or both.',
    )
    .version(options.version)
    .option('--config <file>', 'the configuration (default: $LLMTRIGGER_CONFIG, else llmtrigger.yaml here)')
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('Add --help to see what there is.')
    .exitOverride()
  addRun(program, options)
  addDemo(program, options)
  addTopics(program, options)
  addRules(program, options)
  addDeadLetters(program, options)
  addTails(program, options)
  addWindows(program, options)
  addModels(program, options)
  addRecordings(program, options)
  addBacktest(program, options)
  addDoctor(program, options)
  return program.addHelpText('after', `${overview}\n`)
}

const overview = `
Examples:
  llmtrigger demo                              see it work, with nothing installed
  llmtrigger rules validate rules/             look for mistakes in rules
  llmtrigger rules test rules/                 run the tests beside rules
  llmtrigger doctor --config llmtrigger.yaml   look for mistakes in the set-up
  llmtrigger run --config llmtrigger.yaml      run it
  llmtrigger dead-letter list                  see what could not be processed
  llmtrigger decisions tail                    see what is decided, and why
  llmtrigger windows                           see what a running process collects
  llmtrigger record --topic signals --out s.gz keep a stream in a file
  llmtrigger models                            see limits, queues and cost of the models of a running process

Exit status: 0 done, 1 failed, 2 usage or configuration, 3 a rule is invalid, 4 a test failed,
5 something needed is not reachable.`

function addRun(program: Command, options: ProgramOptions): void {
  const stages = new Option('--stages <list>', 'stages to run in this process, comma separated').argParser(
    parseStages,
  )
  const command = program
    .command('run')
    .description('run the pipeline until SIGTERM or SIGINT')
    .addOption(stages.default(['route', 'decide'] satisfies Stage[], 'route,decide'))
  withExamples(command, ['run', 'run --config llmtrigger.yaml', 'run --stages decide'])
  onRun(command, options, async ({ configPath, environment }) => {
    const { runPipeline } = await import('./commands/run-pipeline.ts')
    return runPipeline({
      config: configPath,
      environment,
      stages: command.opts<{ stages: readonly Stage[] }>().stages,
    })
  })
}

function addDemo(program: Command, options: ProgramOptions): void {
  const speed = new Option('--speed <factor>', 'times faster than it was recorded, or max').argParser(
    parseSpeed,
  )
  const command = withJson(program.command('demo'))
    .description('run the whole pipeline in this process on recorded events, with a simulated model')
    .addOption(speed)
  withExamples(command, ['demo', 'demo --speed 5', 'demo --speed max --json'])
  onRun(command, options, async context => {
    const { runDemo } = await import('./commands/run-demo.ts')
    return runDemo({ ...context, ...command.opts<{ speed?: number | 'max' }>() })
  })
}

function addTopics(program: Command, options: ProgramOptions): void {
  const topics = program.command('topics').description('the topics that the pipeline needs')
  const command = withJson(topics.command('create')).description(
    'create the topics that are missing; what exists is not changed, and named where it differs',
  )
  withExamples(command, ['topics create', 'topics create --json'])
  onRun(command, options, async context => {
    const { createTopics } = await import('./commands/create-topics.ts')
    return createTopics(context)
  })
}

function addRules(program: Command, options: ProgramOptions): void {
  const rules = program.command('rules').description('rules: look for mistakes, apply, show, take away')
  const command = withJson(rules.command('validate'))
    .description('look for every mistake in rule files; with --config also whether their models exist')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json')
    .option('--fields-from <recording>', 'warn of fields that none of the recorded events has')
  withExamples(command, [
    'rules validate rules/',
    'rules validate a.yaml b.json --json',
    'rules validate rules/ --fields-from yesterday.ndjson',
  ])
  onRun(command, options, async context => {
    const { validateRules } = await import('./commands/validate-rules.ts')
    return validateRules({ ...context, paths: command.args, ...command.opts<{ fieldsFrom?: string }>() })
  })
  addRuleChanges(rules, options)
  addRulesSchema(rules, options)
  addRulesEstimate(rules, options)
  addRuleTests(rules, options)
}

function addDeadLetters(program: Command, options: ProgramOptions): void {
  const letters = program.command('dead-letter').description('records that could not be processed')
  addDeadLetterList(letters, options)
  addDeadLetterReplay(letters, options)
}

function addDeadLetterList(letters: Command, options: ProgramOptions): void {
  const limit = new Option('--limit <count>', 'show at most so many, the oldest').argParser(parseLimit)
  const command = withFilters(withJson(letters.command('list')))
    .description('show dead letters, oldest first, and count them by reason')
    .addOption(limit)
  withExamples(command, [
    'dead-letter list',
    'dead-letter list --reason decision_undecided --rule buying-spree --pending',
    'dead-letter list --from 2026-11-20T10:00:00Z --to 2026-11-21 --json',
  ])
  onRun(command, options, async context => {
    const { listDeadLetters } = await import('./commands/list-dead-letters.ts')
    const { json: _json, limit: most, ...selection } = command.opts<ListFlags>()
    return listDeadLetters({ ...context, selection, ...(most !== undefined && { limit: most }) })
  })
}

type ListFlags = LetterSelection & { readonly json?: boolean; readonly limit?: number }

function addDeadLetterReplay(letters: Command, options: ProgramOptions): void {
  const places = new Argument('[partition:offset...]', 'dead letters one by one, as list shows them')
  const command = withFilters(withJson(letters.command('replay')))
    .description('produce dead letters again to where they belong, each once unless it is forced')
    .addArgument(places.argParser(parseCoordinates))
    .option('--all', 'replay every dead letter; needed when nothing narrows them down')
    .option('--force', 'replay again what was replayed before')
    .option('--dry-run', 'show what would be replayed, and replay nothing')
  withExamples(command, [
    'dead-letter replay 3:1042',
    'dead-letter replay --reason decision_undecided --rule buying-spree --dry-run',
    'dead-letter replay --all --pending',
  ])
  onRun(command, options, async context => {
    const { replayDeadLetters } = await import('./commands/replay-dead-letters.ts')
    const { json: _json, all = false, force = false, dryRun = false, ...rest } = command.opts<ReplayFlags>()
    const coordinates = command.args.map(parseCoordinates)
    const selection = { ...rest, ...(coordinates.length > 0 && { coordinates }) }
    return replayDeadLetters({ ...context, selection, all, force, dryRun })
  })
}

type ReplayFlags = LetterSelection & Readonly<Partial<Record<'json' | 'all' | 'force' | 'dryRun', boolean>>>

function withFilters(command: Command): Command {
  const reasons = new Option('--reason <list>', 'why they are there, comma separated')
  const stages = new Option('--stage <list>', 'which stage put them there, comma separated')
  return command
    .addOption(reasons.argParser(parseNames(deadLetterReasonSchema.options)))
    .addOption(new Option('--rule <list>', 'ids of rules, comma separated').argParser(parseNames()))
    .addOption(stages.argParser(parseNames(['route', 'decide', 'notify'])))
    .addOption(new Option('--topic <list>', 'topics they come from, comma separated').argParser(parseNames()))
    .addOption(new Option('--from <time>', 'put there at this time or later').argParser(parseTime))
    .addOption(new Option('--to <time>', 'put there before this time').argParser(parseTime))
    .option('--pending', 'only what was not replayed')
}

function addDoctor(program: Command, options: ProgramOptions): void {
  const command = withJson(program.command('doctor')).description(
    'check the configuration, the rules, Kafka, its topics and the models, and say the fix of what is wrong',
  )
  withExamples(command, ['doctor', 'doctor --config llmtrigger.yaml --json'])
  onRun(command, options, async context => {
    const { doctor } = await import('./commands/doctor.ts')
    return doctor(context)
  })
}
