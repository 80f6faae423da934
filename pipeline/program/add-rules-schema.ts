import type { Command } from 'commander'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'

/** `rules schema`: what a rule may look like, for editors. */
export function addRulesSchema(rules: Command, options: ProgramOptions): void {
  const command = rules
    .command('schema')
    .description('print the JSON Schema of a rule, by which an editor checks and completes rule files')
  withExamples(command, ['rules schema > rule.schema.json'])
  onRun(command, options, async ({ terminal }) => {
    const { ruleJsonSchema } = await import('../rule-files/rule-json-schema.ts')
    terminal.print(JSON.stringify(ruleJsonSchema(), null, 2))
    return 0
  })
}
