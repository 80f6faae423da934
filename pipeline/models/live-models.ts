import type { Config } from '../../schemas/config.ts'
import type { ModelGates } from '../model-gates.ts'
import { LiveModel } from './live-model.ts'

/** The remote models of the configuration by their names, in its order. */
export function liveModels(
  models: Config['models'],
  gates: Pick<ModelGates, 'all'>,
): ReadonlyMap<string, LiveModel> {
  return new Map(
    gates.all.flatMap(gate => {
      const configured = models?.[gate.name]
      return typeof configured === 'object' && configured.provider === 'openai'
        ? [[gate.name, new LiveModel(gate.name, configured, gate)] as const]
        : []
    }),
  )
}
