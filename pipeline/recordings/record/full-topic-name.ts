import { PipelineError } from '../../../schemas/failure.ts'
import { nearestName } from '../../documents/nearest-name.ts'
import { topicsOf } from '../../topics-of.ts'

/** The topic that is meant: one of exactly this name, or the deployment's own by its short name, such as `work`. */
export function fullTopicName(name: string, prefix: string, existing: ReadonlySet<string>): string {
  if (existing.has(name)) return name
  const ofPipeline: readonly string[] = Object.values(topicsOf(prefix))
  const own = ofPipeline.find(topic => topic === `${prefix}${name}`)
  if (own !== undefined && existing.has(own)) return own
  const missing = own ?? name
  const near = own === undefined ? nearestName(name, existing) : undefined
  const fix = near === undefined ? '' : `; did you mean ${near}?`
  throw new PipelineError('topic_missing', `topic ${missing} does not exist${fix}`)
}
