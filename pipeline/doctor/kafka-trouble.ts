import kafkajs from 'kafkajs'
import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { kafkaErrorType } from '../kafka/kafka-error-type.ts'

export interface KafkaTrouble {
  readonly reachable: boolean
  readonly detail: string
  readonly fix: string
}

/** Why something could not be done at Kafka, with the fix; undefined for a bug. */
export function kafkaTrouble(error: unknown, config: Config['kafka']): KafkaTrouble | undefined {
  if (error instanceof PipelineError) return { reachable: false, detail: error.message, fix: startIt(config) }
  if (!(error instanceof kafkajs.KafkaJSError)) return undefined
  const names = namesOf(error)
  if (names.some(name => name.startsWith('KafkaJSSASL') || name === 'KafkaJSUnsupportedSaslMechanismError')) {
    return {
      reachable: true,
      detail: 'refuses the login',
      fix: 'correct kafka.sasl: mechanism, username, password',
    }
  }
  const refusal = kafkaErrorType(error)
  if (refusal?.endsWith('AUTHORIZATION_FAILED') === true) {
    return {
      reachable: true,
      detail: `refuses this user (${refusal})`,
      fix: 'give the user the rights for it',
    }
  }
  if (refusal !== undefined) {
    return { reachable: true, detail: `refuses it (${refusal}): ${error.message}`, fix: '' }
  }
  return {
    reachable: false,
    detail: `cannot be reached at ${config.brokers.join(', ')}`,
    fix: startIt(config),
  }
}

function startIt({ ssl, sasl }: Config['kafka']): string {
  const security = ssl || sasl !== undefined ? '; also check kafka.ssl and kafka.sasl' : ''
  return `start it, or correct kafka.brokers (LLMTRIGGER_KAFKA_BROKERS overrides it)${security}`
}

const CAUSES_MAX = 10

function namesOf(error: Error): readonly string[] {
  const names: string[] = []
  let current: unknown = error
  while (current instanceof Error && names.length < CAUSES_MAX) {
    names.push(current.name)
    current = current.cause
  }
  return names
}
