import { InvalidArgumentError } from 'commander'
import type { Stage } from '../operators/telemetry.ts'

const stages: readonly Stage[] = ['route', 'decide']

/** Reads the list of `--stages`. `notify` may be named, but there is nothing of it to run. */
export function parseStages(list: string): readonly Stage[] {
  const names = list.split(',').map(name => name.trim())
  const unknown = names.filter(name => name !== 'notify' && !stages.some(stage => stage === name))
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. Stages are route, decide and notify.`)
  }
  const chosen = stages.filter(stage => names.includes(stage))
  if (chosen.length === 0) {
    throw new InvalidArgumentError('This version has no notify stage; name route, decide or both.')
  }
  return chosen
}
