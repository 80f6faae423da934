import { type Command, InvalidArgumentError, Option } from 'commander'
import { parseSweepParameter, type SweepParameter } from '../backtest/sweep/parse-sweep-parameter.ts'
import type { BacktestOptions } from '../commands/backtest/backtest-options.ts'
import { parseTime } from '../dead-letters/parse-time.ts'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

interface Flags {
  readonly rules?: readonly string[]
  readonly against?: readonly string[]
  readonly againstDecisions?: string
  readonly fromWork?: boolean
  readonly model?: BacktestOptions['mode']
  readonly answers?: string
  readonly script?: string
  readonly latency: BacktestOptions['latency']
  readonly limits?: boolean
  readonly lateAfter: number
  readonly budgetUsd?: number
  readonly maxAlerts?: number
  readonly maxCalls?: number
  readonly maxUsd?: number
  readonly expect?: string
  readonly sweep?: readonly SweepParameter[]
  readonly html?: string
  readonly decisionsOut?: string
  readonly skipBad?: boolean
  readonly from?: number
  readonly to?: number
}

/** `backtest`. */
export function addBacktest(program: Command, options: ProgramOptions): void {
  const command = withJson(program.command('backtest'))
    .description(
      'what rules would have done with a recording, and what it would have cost: the stages that run live, in virtual time',
    )
    .argument('<file...>', 'recordings, played one after the other')
    .option('--rules <file...>', 'files or folders of rules (default: those of --config)')
  addPlaying(command)
  addModel(command)
  addFindings(command)
  withExamples(command, [
    'backtest day.ndjson.gz --rules rules/',
    'backtest day.ndjson.gz --rules new.yaml --against old.yaml --html report.html',
    'backtest day.ndjson.gz --rules rules/ --config llmtrigger.yaml --model live --answers answers.ndjson --budget-usd 0.50',
    'backtest day.ndjson.gz --rules rules/ --answers answers.ndjson --max-alerts 20 --expect expected.yaml',
    'backtest day.ndjson.gz --rules spree.yaml --sweep batch_size=5,10,20 --sweep max_wait_seconds=10,30',
    'backtest work.ndjson.gz --from-work --config llmtrigger.yaml --answers decisions.ndjson.gz --against-decisions decisions.ndjson.gz',
  ])
  onRun(command, options, async context => {
    const { backtest } = await import('../commands/backtest/backtest.ts')
    return backtest({ ...context, files: command.args, ...optionsOf(command.opts<Flags>()) })
  })
}

function addPlaying(command: Command): void {
  command
    .addOption(new Option('--from <time>', 'play records from there on').argParser(parseTime))
    .addOption(new Option('--to <time>', 'play records before it').argParser(parseTime))
    .option('--from-work', 'the recording is of the topic work: play it into DECIDE alone')
    .option('--skip-bad', 'pass over lines that are no records, and count them')
}

function addModel(command: Command): void {
  const model = new Option(
    '--model <mode>',
    'none: ask nobody, count and cost calls; scripted: by --script; journal: by --answers; live: ask the models of --config (default: journal with --answers, scripted with --script, else none)',
  ).choices(['none', 'scripted', 'journal', 'live'])
  command
    .addOption(model)
    .option('--answers <file>', 'an answers file, or a recording of decisions; live: answers are added to it')
    .option('--script <file>', 'answers as the simulator takes them')
    .addOption(
      new Option('--latency <how>', 'of the model, in virtual time: zero, milliseconds, or recorded')
        .argParser(parseLatency)
        .default(0, 'zero'),
    )
    .option('--limits', 'keep the limits of the configuration in virtual time, and tell what waited')
    .addOption(
      new Option('--late-after <seconds>', 'a decision is late so long after its window closed')
        .argParser(amount)
        .default(10),
    )
    .addOption(
      new Option('--budget-usd <dollars>', 'live: stop asking when so much is spent').argParser(amount),
    )
}

function addFindings(command: Command): void {
  const against = new Option('--against <file...>', 'rules to compare with')
  const sweep = new Option(
    '--sweep <name=a,b,c>',
    'play once for each value of a field of llm_config; may be given again',
  )
  command
    .addOption(against.conflicts(['againstDecisions', 'sweep']))
    .addOption(
      new Option(
        '--against-decisions <file>',
        'decisions to compare with: a recording of decisions, or decisions',
      ).conflicts('sweep'),
    )
    .addOption(sweep.argParser(parseSweepParameter))
    .addOption(new Option('--max-alerts <count>', 'exit with 4 where there are more').argParser(amount))
    .addOption(
      new Option('--max-calls <count>', 'exit with 4 where there are more; live: make no more').argParser(
        amount,
      ),
    )
    .addOption(new Option('--max-usd <dollars>', 'exit with 4 where it costs more').argParser(amount))
    .option('--expect <file>', 'exit with 4 where it is not as this file says')
    .option('--html <file>', 'write the report as one page')
    .option('--decisions-out <file>', 'write each decision, one a line')
}

function optionsOf(
  flags: Flags,
): Omit<BacktestOptions, 'files' | 'configPath' | 'environment' | 'json' | 'terminal'> {
  return { ...playingOf(flags), ...modelOf(flags), ...findingsOf(flags) }
}

function playingOf({
  rules = [],
  fromWork = false,
  skipBad = false,
  from = -Infinity,
  to = Infinity,
}: Flags) {
  return { rules, fromWork, skipBad, fromMs: from, toMs: to }
}

function modelOf({ answers, script, model, latency, limits = false, lateAfter, budgetUsd }: Flags) {
  const byFiles = answers !== undefined ? 'journal' : script !== undefined ? 'scripted' : 'none'
  return {
    mode: model ?? byFiles,
    answersFile: answers,
    scriptFile: script,
    latency,
    limits,
    lateAfterSeconds: lateAfter,
    budgetUsd: budgetUsd ?? null,
  }
}

function findingsOf(flags: Flags) {
  const { against = [], sweep = [], maxAlerts, maxCalls, maxUsd } = flags
  return {
    against,
    againstDecisions: flags.againstDecisions,
    maxima: { alerts: maxAlerts, calls: maxCalls, usd: maxUsd },
    expectationFile: flags.expect,
    sweep,
    htmlFile: flags.html,
    decisionsOut: flags.decisionsOut,
  }
}

function parseLatency(text: string): BacktestOptions['latency'] {
  if (text === 'recorded') return text
  return text === 'zero' ? 0 : amount(text)
}

function amount(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text)
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('it is a number from 0.')
  return value
}
