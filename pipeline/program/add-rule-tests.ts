import { type Command, Option } from 'commander'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

/** `rules test` and `rules explain`, below `rules`. */
export function addRuleTests(rules: Command, options: ProgramOptions): void {
  addTest(rules, options)
  addExplain(rules, options)
}

function addTest(rules: Command, options: ProgramOptions): void {
  const command = withJson(rules.command('test'))
    .description('run the tests beside rules, in virtual time; needs no Kafka and no model')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json')
    .option('--only <words>', 'only tests whose name contains them')
    .option('--trace', 'show what each event met, also of tests that pass')
    .option('--live-model', 'ask the configured models in place of the answers of the tests; costs calls')
  withExamples(command, [
    'rules test rules/',
    'rules test spree.yaml --only "five buys" --trace',
    'rules test spree.yaml --live-model --config llmtrigger.yaml',
  ])
  onRun(command, options, async context => {
    const { testRules } = await import('../commands/test-rules.ts')
    const { only, trace = false, liveModel: live = false } = command.opts<TestFlags>()
    return testRules({ ...context, paths: command.args, only, trace, live })
  })
}

interface TestFlags {
  readonly only?: string
  readonly trace?: boolean
  readonly liveModel?: boolean
}

function addExplain(rules: Command, options: ProgramOptions): void {
  const command = withJson(rules.command('explain'))
    .description('say why an event matches rules or does not, condition by condition; calls no model')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json; with --url ids of rules')
    .requiredOption('--event <file>', 'a file with one event as JSON or YAML, or - for the standard input')
    .option('--rule <id>', 'only this rule of the files')
    .addOption(
      new Option('--url <address>', 'of a running process, whose rules are explained').conflicts('rule'),
    )
  withExamples(command, [
    'rules explain spree.yaml --event event.json',
    'rules explain rules/ --rule buying-spree --event - --json',
    'rules explain buying-spree --event event.json --url http://127.0.0.1:8080',
  ])
  onRun(command, options, async context => {
    const { explainRules } = await import('../commands/explain-rules.ts')
    const { event, rule, url } = command.opts<{ event: string; rule?: string; url?: string }>()
    return explainRules({ ...context, paths: command.args, event, rule, url })
  })
}
