import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { laneFailure } from '../../../../pipeline/kafka/lanes/lane-failure.ts'
import { PipelineError } from '../../../../schemas/failure.ts'

const answer = (type: string): Error => {
  const error = Object.assign(new kafkajs.KafkaJSProtocolError('no'), { type })
  return new kafkajs.KafkaJSNumberOfRetriesExceeded(error, { retryCount: 8, retryTime: 1000 })
}
const context = (missing: string[] = []) => ({
  code: 'commit_failed' as const,
  lane: 't/0',
  missingTopics: () => Promise.resolve(missing),
})

describe('laneFailure', () => {
  test.each([
    ['INVALID_PRODUCER_EPOCH', 'commit_failed'],
    ['TOPIC_AUTHORIZATION_FAILED', 'commit_refused'],
    ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'commit_refused'],
    ['OFFSET_METADATA_TOO_LARGE', 'commit_refused'],
    ['UNKNOWN_TOPIC_OR_PARTITION', 'commit_failed'],
  ])('makes %s a %s', async (type, code) => {
    const error = answer(type)
    expect(await laneFailure(error, context())).toMatchObject({ code, cause: error })
  })

  test('names a topic that is really missing', async () => {
    const failure = await laneFailure(answer('UNKNOWN_TOPIC_OR_PARTITION'), context(['out']))
    expect(failure).toMatchObject({ code: 'topic_missing', message: expect.stringContaining('topic out') })
  })

  test('passes a failure on, and throws a bug', async () => {
    const failure = new PipelineError('journal_gap', 'lost')
    expect(await laneFailure(failure, context())).toBe(failure)
    const bug = new TypeError('a bug')
    await expect(laneFailure(bug, context())).rejects.toBe(bug)
  })
})
