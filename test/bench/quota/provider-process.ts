import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { SimulatorStats } from '../../../pipeline/simulator/create-stats.ts'
import type { SimulatorChange } from '../../../pipeline/simulator/parse-simulator-settings.ts'

const MAIN = fileURLToPath(new URL('../../../pipeline/simulator/main.ts', import.meta.url))

export interface Provider {
  readonly baseUrl: string
  change(settings: SimulatorChange): Promise<void>
  stats(): Promise<SimulatorStats>
  stop(): Promise<void>
}

/** A simulator in a process of its own, so that its timers do not wait for its clients. */
export async function providerProcess(settings: SimulatorChange, seed: number): Promise<Provider> {
  const child = spawn(process.execPath, [MAIN, '--port', '0', '--seed', `${seed}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const baseUrl = await addressOf(child)
  const url = baseUrl.replace(/\/v1$/, '')
  const change = async (changed: SimulatorChange): Promise<void> => {
    const answer = await fetch(`${url}/control`, { method: 'POST', body: JSON.stringify(changed) })
    if (!answer.ok) throw new Error(`the simulator refuses its settings: ${await answer.text()}`)
  }
  await change(settings)
  return {
    baseUrl,
    change,
    async stats() {
      const stats: SimulatorStats = JSON.parse(await (await fetch(`${url}/stats`)).text())
      return stats
    },
    async stop() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the simulator has an output')
  const chunks: AsyncIterable<unknown> = child.stdout
  for await (const chunk of chunks) {
    const [, baseUrl] = /listening on (\S+)\n/.exec(String(chunk)) ?? []
    if (baseUrl !== undefined) return baseUrl
  }
  throw new Error('the simulator ended before it listened')
}
