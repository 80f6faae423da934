import { apiAccess } from '../http-client/api-access.ts'
import { type AskApi, askApi } from '../http-client/ask-api.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'

export interface ApiCommand extends CommandContext {
  /** The value of `--url`. */
  readonly url: string | undefined
}

/** Runs the work of a command with the API of a running process. */
export async function runOnApi(command: ApiCommand, work: (ask: AskApi) => Promise<number>): Promise<number> {
  const found = apiAccess(command)
  if (found.ok) return work(question => askApi(found.access, question))
  for (const problem of found.problems) command.terminal.note(problem)
  return exitCode.usage
}
