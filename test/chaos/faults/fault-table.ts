import { addWorker } from './add-worker.ts'
import { cutNetwork } from './cut-network.ts'
import { cutOneWay } from './cut-one-way.ts'
import { failModel } from './fail-model.ts'
import type { Fault } from './fault.ts'
import { garbleModel } from './garble-model.ts'
import { hangModel } from './hang-model.ts'
import { killBroker } from './kill-broker.ts'
import { killWorker } from './kill-worker.ts'
import { removeWorker } from './remove-worker.ts'
import { restartBroker } from './restart-broker.ts'
import { sleepWorker } from './sleep-worker.ts'
import { slowBroker } from './slow-broker.ts'

/** Every fault by the name that `--faults` takes. */
export const faultTable = {
  'kill-worker': killWorker,
  'sleep-worker': sleepWorker,
  'add-worker': addWorker,
  'remove-worker': removeWorker,
  'restart-broker': restartBroker,
  'kill-broker': killBroker,
  'cut-network': cutNetwork,
  'cut-one-way': cutOneWay,
  'slow-broker': slowBroker,
  'fail-model': failModel,
  'hang-model': hangModel,
  'garble-model': garbleModel,
} as const satisfies Readonly<Record<string, Fault>>

export type FaultName = keyof typeof faultTable

/** Narrows a text to the name of a fault. */
export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(faultTable, text)
}
