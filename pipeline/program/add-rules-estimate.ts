import type { Command } from 'commander'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

/** `rules estimate`, below `rules`. */
export function addRulesEstimate(rules: Command, options: ProgramOptions): void {
  const command = withJson(rules.command('estimate'))
    .description('say how many calls rules take a day, and what those cost, by a recording; calls no model')
    .argument('<file...>', 'files, or folders with *.yaml, *.yml and *.json')
    .requiredOption('--from <recording...>', 'recordings, played one after the other')
    .option('--answers <file>', 'answers of models, or recorded decisions, by which tokens are estimated')
    .option('--skip-bad', 'pass over lines that are no records')
  withExamples(command, [
    'rules estimate rules/ --from day.ndjson.gz --config llmtrigger.yaml',
    'rules estimate spree.yaml --from day.ndjson.gz --answers decisions.ndjson.gz --config llmtrigger.yaml --json',
  ])
  onRun(command, options, async context => {
    const { estimateRules } = await import('../commands/backtest/estimate-rules.ts')
    const { from, answers, skipBad = false } = command.opts<Flags>()
    return estimateRules({ ...context, paths: command.args, files: from, answersFile: answers, skipBad })
  })
}

interface Flags {
  readonly from: readonly string[]
  readonly answers?: string
  readonly skipBad?: boolean
}
