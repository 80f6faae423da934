import { type Command, Option } from 'commander'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

interface Flags {
  readonly url?: string
  readonly dryRun?: boolean
  readonly yes?: boolean
  readonly force?: boolean
  readonly eventType?: string
  readonly enabled?: boolean
  readonly disabled?: boolean
  readonly name?: string
}

/** What shows and changes the rules of a deployment, below `rules`. */
export function addRuleChanges(rules: Command, options: ProgramOptions): void {
  addApply(rules, options)
  addList(rules, options)
  addGet(rules, options)
  addDelete(rules, options)
  addEnable(rules, options, 'enable')
  addEnable(rules, options, 'disable')
}

function addApply(rules: Command, options: ProgramOptions): void {
  const command = withUrl(withJson(rules.command('apply')))
    .description('make the rules what files say; what changes is shown field by field')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json')
    .option('--dry-run', 'show what would change, and change nothing')
    .option('--yes', 'do not ask before')
    .option('--force', 'also rules whose own tests fail')
  withExamples(command, [
    'rules apply rules/ --dry-run',
    'rules apply rules/',
    'rules apply a.yaml b.json --yes',
  ])
  onRun(command, options, async context => {
    const { applyRules } = await import('../commands/rules/apply-rules.ts')
    const { url, dryRun = false, yes = false, force = false } = command.opts<Flags>()
    return applyRules({ ...context, ...reach(options, url), paths: command.args, dryRun, yes, force })
  })
}

function addList(rules: Command, options: ProgramOptions): void {
  const command = withUrl(withJson(rules.command('list')))
    .description('show the rules, by their ids')
    .option('--event-type <type>', 'only those that look at events of this type')
    .option('--name <part>', 'only those with this in their name')
    .addOption(new Option('--enabled', 'only those that are enabled').conflicts('disabled'))
    .option('--disabled', 'only those that are disabled')
  withExamples(command, ['rules list', 'rules list --event-type trade.signal --enabled', 'rules list --json'])
  onRun(command, options, async context => {
    const { listRules } = await import('../commands/rules/list-rules.ts')
    const { url, eventType, name: nameContains, enabled, disabled = false } = command.opts<Flags>()
    const filter = { eventType, nameContains, enabled: disabled ? false : enabled }
    return listRules({ ...context, ...reach(options, url), filter })
  })
}

function addGet(rules: Command, options: ProgramOptions): void {
  const command = withUrl(withJson(rules.command('get')))
    .description('show one rule whole, as a file that rules apply takes')
    .argument('<id>', 'of the rule')
  withExamples(command, ['rules get buying-spree', 'rules get buying-spree > spree.yaml'])
  onRun(command, options, async context => {
    const { getRule } = await import('../commands/rules/get-rule.ts')
    const [ruleId = ''] = command.args
    return getRule({ ...context, ...reach(options, command.opts<Flags>().url), ruleId })
  })
}

function addDelete(rules: Command, options: ProgramOptions): void {
  const command = withUrl(withJson(rules.command('delete')))
    .description('take rules away; their open windows end without a call')
    .argument('<id...>', 'of the rules')
    .option('--yes', 'do not ask before')
  withExamples(command, ['rules delete buying-spree', 'rules delete a b --yes'])
  onRun(command, options, async context => {
    const { deleteRules } = await import('../commands/rules/delete-rules.ts')
    const { url, yes = false } = command.opts<Flags>()
    return deleteRules({ ...context, ...reach(options, url), ruleIds: command.args, yes })
  })
}

function addEnable(rules: Command, options: ProgramOptions, verb: 'enable' | 'disable'): void {
  const command = withUrl(withJson(rules.command(verb)))
    .description(
      verb === 'enable' ? 'switch rules on' : 'switch rules off; their open windows end without a call',
    )
    .argument('<id...>', 'of the rules')
  withExamples(command, [`rules ${verb} buying-spree`])
  onRun(command, options, async context => {
    const { enableRules } = await import('../commands/rules/enable-rules.ts')
    const { url } = command.opts<Flags>()
    return enableRules({
      ...context,
      ...reach(options, url),
      ruleIds: command.args,
      enabled: verb === 'enable',
    })
  })
}

function reach({ openRuleStore }: ProgramOptions, url: string | undefined) {
  return { url, openStore: openRuleStore }
}

function withUrl(command: Command): Command {
  return command.option('--url <address>', 'of a running process, which is asked in place of Kafka')
}
