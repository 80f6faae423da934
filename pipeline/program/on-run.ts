import type { Command } from 'commander'
import type { OpenRuleStore } from '../commands/rules/run-on-rules.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import type { Terminal } from '../terminal/process-terminal.ts'

export interface ProgramOptions {
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly terminal: Terminal
  /** How commands reach the rules themselves; absent: they ask the API of a running process. */
  readonly openRuleStore?: OpenRuleStore
  /** Called with the exit status of the command that ran. */
  readonly onEnd: (status: number) => void
}

type Run = (context: CommandContext, command: Command) => Promise<number>

/** Does the work of a command when it is named. */
export function onRun(command: Command, { environment, terminal, onEnd }: ProgramOptions, run: Run): void {
  command.action(async () => {
    const { config, json } = command.optsWithGlobals<{ config?: string; json?: boolean }>()
    onEnd(await run({ configPath: config, environment, terminal, json: json ?? false }, command))
  })
}
