import { type Simulator, startSimulator } from '../../pipeline/simulator/start-simulator.ts'
import { answerWhen } from './campaign-rules.ts'

type Change = Parameters<Simulator['control']>[0]

/** The models of the campaign: one for each life of a worker, so that its requests can be counted. All behave alike. */
export interface ModelBench {
  readonly open: () => Promise<Simulator>
  readonly control: (change: Change) => void
  readonly requests: () => number
  readonly close: () => Promise<void>
}

/** Opens models that answer by the campaign's script. */
export function modelBench(seed: number): ModelBench {
  const simulators: Simulator[] = []
  let settings: Change = { latencyMs: { medianMs: 40, sigma: 0.5 }, answerWhen }
  return {
    open: async () => {
      const simulator = await startSimulator({ ...settings, seed: seed + simulators.length })
      simulators.push(simulator)
      return simulator
    },
    control: change => {
      settings = { ...settings, ...change }
      for (const simulator of simulators) simulator.control(change)
    },
    requests: () => simulators.reduce((sum, simulator) => sum + simulator.stats().requests, 0),
    close: async () => {
      await Promise.all(simulators.map(simulator => simulator.close()))
    },
  }
}
