import { type Command, Option } from 'commander'
import { parseLimit } from '../dead-letters/parse-limit.ts'
import { onRun, type ProgramOptions } from './on-run.ts'
import { withExamples } from './with-examples.ts'
import { withJson } from './with-json.ts'

interface Flags {
  readonly url?: string
  readonly rule?: string
  readonly limit: number
}

/** `windows`. */
export function addWindows(program: Command, options: ProgramOptions): void {
  const limit = new Option('--limit <count>', 'show at most so many windows').argParser(parseLimit)
  const command = withJson(program.command('windows'))
    .description(
      'open windows of a running process, and what keeps each of its lanes from committing further',
    )
    .option('--rule <id>', 'only windows of this rule')
    .addOption(limit.default(100))
    .option('--url <address>', 'where the API is (default: http in the configuration)')
  withExamples(command, [
    'windows',
    'windows --rule buying-spree',
    'windows --url http://10.0.0.5:8080 --json',
  ])
  onRun(command, options, async context => {
    const { listWindows } = await import('../commands/list-windows.ts')
    const { url, rule, limit: most } = command.opts<Flags>()
    return listWindows({ ...context, url, rule, limit: most })
  })
}
