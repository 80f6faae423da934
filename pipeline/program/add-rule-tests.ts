import type { Command } from 'commander'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

/** `rules test`, below `rules`. */
export function addRuleTests(rules: Command, options: ProgramOptions): void {
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
