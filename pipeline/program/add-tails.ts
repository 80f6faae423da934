import { type Command, Option } from 'commander'
import { outcomes } from '../../schemas/outcomes.ts'
import { parseLimit } from '../dead-letters/parse-limit.ts'
import { parseTime } from '../dead-letters/parse-time.ts'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

interface Flags {
  readonly rule?: string
  readonly outcome?: string
  readonly from?: number
  readonly limit?: number
}

/** `decisions tail` and `alerts tail`. */
export function addTails(program: Command, options: ProgramOptions): void {
  const decisions = program.command('decisions').description('what was decided, triggered or not')
  const outcome = new Option('--outcome <outcome>', 'only decisions with this outcome').choices(outcomes)
  const ofDecisions = addTail(decisions, options, 'decisions').addOption(outcome)
  withExamples(ofDecisions, [
    'decisions tail',
    'decisions tail --rule buying-spree --outcome undecided',
    'decisions tail --from 2026-11-20T10:00:00Z --limit 100 --json',
  ])
  const alerts = program.command('alerts').description('what rules have raised')
  withExamples(addTail(alerts, options, 'alerts'), ['alerts tail', 'alerts tail --from 2026-11-20 --json'])
}

function addTail(parent: Command, options: ProgramOptions, what: 'decisions' | 'alerts'): Command {
  const command = withJson(parent.command('tail'))
    .description(`show ${what} as they are written, until it is interrupted`)
    .option('--rule <id>', 'only of this rule')
    .addOption(new Option('--from <time>', 'also what was written since').argParser(parseTime))
    .addOption(new Option('--limit <count>', 'end after so many').argParser(parseLimit))
  onRun(command, options, async context => {
    const { tail } = await import('../commands/tail.ts')
    const { rule, outcome, from: fromMs, limit } = command.opts<Flags>()
    return tail({ ...context, what, selection: { rule, outcome }, fromMs, limit })
  })
  return command
}
