import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../pipeline/main.ts', import.meta.url))

export interface CommandOptions {
  /** The working directory. */
  readonly directory: string
  readonly environment?: Readonly<Record<string, string>>
  /** Closes the output after its first bytes, as `| head` does. */
  readonly stopReading?: boolean
}

export interface CommandResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `llmtrigger` as users do, and answers what it wrote and how it ended. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const { directory, environment = {}, stopReading = false } = options
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: directory,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    written.stdout += chunk.toString()
    if (stopReading) child.stdout.destroy()
  })
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()))
  const { promise, resolve } = Promise.withResolvers<number | null>()
  child.once('close', resolve)
  return { code: await promise, ...written }
}
