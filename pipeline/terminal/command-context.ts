import type { Terminal } from './process-terminal.ts'

/** What every command is given. */
export interface CommandContext {
  /** The value of `--config`. */
  readonly configPath: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** `--json`: data as JSON instead of text for people. */
  readonly json: boolean
  readonly terminal: Terminal
}
