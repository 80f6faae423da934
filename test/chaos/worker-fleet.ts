import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { Simulator } from '../../pipeline/simulator/start-simulator.ts'
import { type PipelineProcess, pipelineProcess } from '../support/pipeline-process.ts'
import type { Draws } from './draws.ts'
import type { ModelBench } from './model-bench.ts'
import type { CallCount } from './verify/check-calls.ts'

export interface FleetOptions {
  /** The configuration of a worker whose model is at the address. */
  readonly configFor: (modelUrl: string) => Readonly<Record<string, unknown>>
  readonly rules: readonly unknown[]
  readonly models: ModelBench
  /** For the workers' logs. */
  readonly folder: string
}

/** One life of a worker. */
export interface Worker {
  readonly name: string
  readonly process: PipelineProcess
  readonly simulator: Simulator
  /** A fault is at it. */
  busy: boolean
  /** Its end is wanted. */
  ending: boolean
  /** Where its metrics are, once it has said so. */
  url: string | null
}

const STOP_MS_MAX = 20_000

/** The worker processes of a campaign. One that ends without being told to is a fault of its own, and is replaced. */
export class WorkerFleet {
  readonly problems: string[] = []
  private readonly options: FleetOptions
  private readonly workers: Worker[] = []
  private lives = 0
  private closed = false

  constructor(options: FleetOptions) {
    this.options = options
    process.once('exit', this.killAll)
  }

  get alive(): readonly Worker[] {
    return this.workers.filter(({ ending, process: { child } }) => !ending && child.exitCode === null)
  }

  async start(): Promise<Worker> {
    const { configFor, rules, models, folder } = this.options
    const name = `worker-${++this.lives}`
    const simulator = await models.open()
    const started = await pipelineProcess({ config: configFor(`${simulator.url}/v1`), rules })
    const worker: Worker = { name, process: started, simulator, busy: false, ending: false, url: null }
    const file = createWriteStream(join(folder, `${name}.log`))
    started.child.stderr?.pipe(file)
    started.child.stderr?.on('data', (chunk: Buffer) => {
      worker.url ??= /"url":"([^"]+)"/.exec(chunk.toString())?.[1] ?? null
    })
    this.workers.push(worker)
    void started.exited.then(({ code, signal }) => this.ended(worker, `${code ?? signal}`))
    return worker
  }

  /** One that no other fault is at; undefined where there is none. */
  borrow(draws: Draws): Worker | undefined {
    const idle = this.alive.filter(({ busy }) => !busy)
    const worker = idle.length === 0 ? undefined : draws.pick(idle)
    if (worker !== undefined) worker.busy = true
    return worker
  }

  async kill(worker: Worker): Promise<void> {
    worker.ending = true
    worker.process.child.kill('SIGKILL')
    await worker.process.exited
  }

  /** By SIGTERM; one that does not end in time, or not with 0, is a problem. */
  async stop(worker: Worker): Promise<void> {
    worker.ending = true
    const { child, exited } = worker.process
    child.kill('SIGTERM')
    const timer = setTimeout(() => {
      this.problems.push(`${worker.name} had not stopped ${STOP_MS_MAX} ms after SIGTERM`)
      child.kill('SIGKILL')
    }, STOP_MS_MAX)
    const { code, signal } = await exited
    clearTimeout(timer)
    // Told to stop before it could listen for it, it ends by the signal itself.
    const early = signal === 'SIGTERM' && worker.url === null
    if (signal !== 'SIGKILL' && code !== 0 && !early)
      this.problems.push(`${worker.name} ended with ${code ?? signal}`)
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.alive.map(worker => this.stop(worker)))
  }

  /** What the workers that still run have counted, each beside what its model has. */
  async countCalls(): Promise<readonly CallCount[]> {
    return Promise.all(
      this.alive.map(async ({ name, url, simulator }) => {
        const text = url === null ? '' : await (await fetch(`${url}/metrics`)).text()
        const { requests } = simulator.stats()
        const [failed, abandoned] = [callsIn(text, 'failed'), callsIn(text, 'abandoned')]
        return { worker: name, requests, counted: callsIn(text), failed, abandoned }
      }),
    )
  }

  async dispose(): Promise<void> {
    this.closed = true
    process.off('exit', this.killAll)
    await Promise.all(this.workers.map(worker => worker.process.dispose()))
  }

  private readonly killAll = (): void => {
    for (const worker of this.workers) worker.process.child.kill('SIGKILL')
  }

  private ended(worker: Worker, how: string): void {
    if (worker.ending || this.closed) return
    worker.ending = true
    this.problems.push(`${worker.name} ended by itself with ${how}: ${worker.process.log().slice(-500)}`)
    void this.start()
  }
}

function callsIn(metrics: string, result?: string): number {
  const lines = metrics.split('\n').filter(line => line.startsWith('llmtrigger_model_calls_total{'))
  return lines
    .filter(line => result === undefined || line.includes(`result="${result}"`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
