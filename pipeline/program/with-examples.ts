import type { Command } from 'commander'

/** Gives the help of a command examples. */
export function withExamples(command: Command, examples: readonly string[]): void {
  command.addHelpText(
    'after',
    `\nExamples:\n${examples.map(example => `  llmtrigger ${example}\n`).join('')}`,
  )
}
