import type { Command } from 'commander'
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
    .description('run the tests beside rules, in virtual time; needs no Kafka and calls no model')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json')
    .option('--only <words>', 'only tests whose name contains them')
    .option('--trace', 'show what each event met, also of tests that pass')
  withExamples(command, ['rules test rules/', 'rules test spree.yaml --only "five buys" --trace'])
  onRun(command, options, async context => {
    const { testRules } = await import('../commands/test-rules.ts')
    const { only, trace = false } = command.opts<{ only?: string; trace?: boolean }>()
    return testRules({ ...context, paths: command.args, only, trace })
  })
}

function addExplain(rules: Command, options: ProgramOptions): void {
  const command = withJson(rules.command('explain'))
    .description('say why an event matches rules or does not, condition by condition; calls no model')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json')
    .requiredOption('--event <file>', 'a file with one event as JSON or YAML, or - for the standard input')
    .option('--rule <id>', 'only this rule')
  withExamples(command, [
    'rules explain spree.yaml --event event.json',
    'rules explain rules/ --rule buying-spree --event - --json',
  ])
  onRun(command, options, async context => {
    const { explainRules } = await import('../commands/explain-rules.ts')
    const { event, rule } = command.opts<{ event: string; rule?: string }>()
    return explainRules({ ...context, paths: command.args, event, rule })
  })
}
