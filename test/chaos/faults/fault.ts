import type { ChaosCluster } from '../chaos-cluster.ts'
import type { Draws } from '../draws.ts'
import type { ModelBench } from '../model-bench.ts'
import type { WorkerFleet } from '../worker-fleet.ts'

/** What a fault may reach. */
export interface FaultBench {
  readonly cluster: ChaosCluster
  readonly fleet: WorkerFleet
  readonly models: ModelBench
  /** How many workers there are when nothing is wrong. */
  readonly workers: number
  /** Waits; less when the campaign is told to end. */
  readonly wait: (ms: number) => Promise<void>
}

/** Something that goes wrong, and comes right again before the promise resolves. */
export interface Fault {
  /** Two faults with one subject never meet. */
  readonly subject: 'workers' | 'brokers' | 'network' | 'model'
  readonly inject: (bench: FaultBench, draws: Draws) => Promise<void>
}
