import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../pipeline/main.ts', import.meta.url))

export interface CommandProcess {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

/** Starts `llmtrigger` as users do, for those who do something to it while it runs. */
export function commandProcess(args: readonly string[], directory: string): CommandProcess {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()))
  const { promise, resolve } = Promise.withResolvers<Awaited<CommandProcess['exited']>>()
  child.once('close', (code, signal) => resolve({ code, signal }))
  return { child, stdout: () => written.stdout, stderr: () => written.stderr, exited: promise }
}
