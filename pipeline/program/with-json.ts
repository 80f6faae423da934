import type { Command } from 'commander'

/** Gives a command that prints data its `--json`. */
export function withJson(command: Command): Command {
  return command.option('--json', 'data as JSON')
}
