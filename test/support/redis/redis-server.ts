import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { waitFor } from '../wait-for.ts'

const STARTS_MAX = 4
const READY_TIMEOUT_MS = 10_000

/** A Redis for tests: it keeps nothing, and it and its folder are gone when this process ends. */
export interface RedisServer {
  readonly url: string
  /** `SIGCONT`: it goes on where it stood. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  /** Ends it; resolves when it is gone, with all that it held. */
  kill(): Promise<void>
  /** Starts it again on the same port, empty. */
  start(): Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

/** Starts the program that the tests of Redis were given. */
export async function redisServer(binary: string): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrigger-redis-'))
  let child: ChildProcess | undefined
  let port = 0
  const remove = () => {
    child?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', remove)
  const start = async () => {
    const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
    child = spawn(binary, [...settings, '--save', '', '--appendonly', 'no'], { stdio: 'ignore' })
    await untilReady(child, port)
  }
  const kill = async () => {
    if (child === undefined || hasEnded(child)) return
    const gone = new Promise(resolve => child?.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  // A port that was free can be taken before the server binds it.
  for (let attempt = 1; port === 0; attempt++) {
    port = await freePort()
    await start().catch((error: unknown) => {
      if (attempt === STARTS_MAX) throw error
      port = 0
    })
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    signal: signal => child?.kill(signal),
    kill,
    start,
    stop: async () => {
      await kill()
      process.off('exit', remove)
      remove()
    },
  }
}

/** Its own process is alive, and the port is open: another program may hold the port. */
async function untilReady(child: ChildProcess, port: number): Promise<void> {
  await waitFor(
    async () => {
      if (hasEnded(child))
        throw new Error(`the Redis server ended with ${child.exitCode ?? child.signalCode}`)
      return isOpen(port)
    },
    { what: 'the Redis server', withinMs: READY_TIMEOUT_MS, everyMs: 5 },
  )
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function isOpen(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
