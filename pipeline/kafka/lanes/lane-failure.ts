import { KafkaJSError } from 'kafkajs/src/errors.js'
import { PipelineError } from '../../../schemas/failure.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'

export interface LaneFailureContext {
  /** What failed: the code that the failure has when opening the lane again can cure it. */
  readonly code: 'commit_failed' | 'lane_unavailable'
  readonly lane: string
  /** Topics that are needed and do not exist, asked for only where the broker says so; none where nobody can say. */
  readonly missingTopics: () => Promise<readonly string[]>
}

const unknownTopic = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION'])

/** The failure of a lane for an error of the client; what is no error of Kafka's is a bug and thrown as it is. */
export async function laneFailure(error: unknown, context: LaneFailureContext): Promise<PipelineError> {
  if (error instanceof PipelineError) return error
  if (!(error instanceof KafkaJSError)) throw error
  const type = kafkaErrorType(error) ?? ''
  if (type.endsWith('AUTHORIZATION_FAILED') || type === 'OFFSET_METADATA_TOO_LARGE') {
    return new PipelineError('commit_refused', `Kafka refuses lane ${context.lane}: ${error.message}`, {
      cause: error,
    })
  }
  // A restarting broker calls a topic unknown too, for a moment: only the list of topics tells.
  const [missing] = unknownTopic.has(type) ? await context.missingTopics() : []
  if (missing !== undefined) {
    const message = `topic ${missing} does not exist; llmtrigger topics create makes those of llmtrigger`
    return new PipelineError('topic_missing', message, { cause: error })
  }
  return new PipelineError(context.code, `lane ${context.lane}: ${error.message}`, { cause: error })
}
