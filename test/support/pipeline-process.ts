import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../pipeline/main.ts', import.meta.url))
const READY_MS_MAX = 60_000
const LOG_LINES_MAX = 2000

export interface ProcessOptions {
  /** The configuration and the rules; JSON is YAML. */
  readonly config: Readonly<Record<string, unknown>>
  readonly rules: readonly unknown[]
  readonly command?: readonly string[]
  readonly nodeArguments?: readonly string[]
  /** The program in place of `pipeline/main.ts`. */
  readonly main?: string
}

export interface PipelineProcess {
  readonly child: ChildProcess
  /** What it wrote on stderr, the last lines. */
  readonly log: () => string
  /** Resolves with the line `ready`; rejects with the log when the process ends first. */
  readonly ready: Promise<void>
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  /** Removes its files; ends it if it still runs. */
  dispose(): Promise<void>
}

/** Starts `llmtrigger run` as users do: a process of its own, with its files in a folder of its own. */
export async function pipelineProcess({
  config,
  rules,
  command = ['run'],
  nodeArguments = [],
  main = MAIN,
}: ProcessOptions): Promise<PipelineProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'llmtrigger-test-'))
  const rulesFile = join(folder, 'rules.yaml')
  const configFile = join(folder, 'llmtrigger.yaml')
  await writeFile(rulesFile, rules.map(rule => JSON.stringify(rule)).join('\n---\n'))
  await writeFile(configFile, JSON.stringify({ rules: [rulesFile], ...config }))
  const child = spawn(process.execPath, [...nodeArguments, main, ...command, '--config', configFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  const collect = (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) {
      lines.push(line)
      for (const listener of listeners) listener(line)
    }
    lines.splice(0, Math.max(0, lines.length - LOG_LINES_MAX))
  }
  child.stderr.on('data', collect)
  child.stdout.on('data', collect)
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(resolve => {
    child.once('exit', (code, signal) => {
      resolve({ code, signal })
    })
  })
  const log = () => lines.join('\n')
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not ready after ${READY_MS_MAX} ms:\n${log()}`))
    }, READY_MS_MAX)
    listeners.add(line => {
      if (line !== 'ready') return
      clearTimeout(timer)
      resolve()
    })
    void exited.then(({ code, signal }) => {
      clearTimeout(timer)
      reject(new Error(`ended with ${code ?? signal} before it was ready:\n${log()}`))
    })
  })
  // A test that does not await it must not fail by it.
  ready.catch(() => undefined)
  return {
    child,
    log,
    ready,
    exited,
    dispose: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
