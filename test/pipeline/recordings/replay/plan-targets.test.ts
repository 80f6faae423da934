import { describe, expect, test } from 'vitest'
import { partitionFor } from '../../../../pipeline/recordings/replay/partition-for.ts'
import { planTargets, type PlanTargetsOptions } from '../../../../pipeline/recordings/replay/plan-targets.ts'

const survey = {
  topics: new Map([
    ['signals', { records: 5, partitions: 4 }],
    ['metrics', { records: 2, partitions: 1 }],
  ]),
  records: 7,
  firstMs: 0,
  lastMs: 1,
}
const counts = new Map([
  ['signals', 4],
  ['metrics', 3],
  ['few', 2],
  ['app.work', 8],
])

function plan(map: Readonly<Record<string, string>>, more: Partial<PlanTargetsOptions> = {}) {
  const topicMap = new Map(Object.entries(map))
  return planTargets({ survey, topicMap, counts, ownTopics: ['app.work'], allowOwn: false, ...more })
}

describe('planTargets', () => {
  test('keeps names and partitions where the targets have as many, and goes by key where they have fewer', () => {
    expect(plan({ signals: 'few' })).toEqual([
      { topic: 'signals', target: 'few', partitions: 2, keepsPartitions: false, records: 5 },
      { topic: 'metrics', target: 'metrics', partitions: 3, keepsPartitions: true, records: 2 },
    ])
    expect(plan({})[0]).toMatchObject({ target: 'signals', keepsPartitions: true })
  })

  test('names everything that is in the way at once', () => {
    const names = { signals: 'app.work', metrics: 'none', other: 'x' }
    const problems = [
      '--topic-map: there is no record of other',
      'topic app.work is written by the pipeline itself, which takes what lies there for its own: map it, --topic-map signals=OTHER, or add --own-topics',
      'topic none does not exist: create it, or map it, --topic-map metrics=OTHER',
    ]
    expect(() => plan(names)).toThrow(problems.join('\n'))
  })

  test('takes a topic of the pipeline where it is asked to', () => {
    expect(plan({ signals: 'app.work' }, { allowOwn: true })[0]).toMatchObject({ target: 'app.work' })
  })
})

describe('partitionFor', () => {
  const target = { topic: 'signals', target: 'few', partitions: 2, records: 1 }
  const record = { topic: 'signals', partition: 3, offset: 0, timestampMs: 0, value: null, headers: {} }
  const at = (key: Buffer | null, keepsPartitions: boolean) =>
    partitionFor({ ...record, key }, { ...target, partitions: keepsPartitions ? 4 : 3, keepsPartitions })

  test('is that of the record, or that of its key as Java clients have it', () => {
    expect(at(Buffer.from('any'), true)).toBe(3)
    // As Kafka's own tests have them.
    expect(at(Buffer.from('21'), false)).toBe((-973932308 & 0x7fffffff) % 3)
    expect(at(Buffer.from('foobar'), false)).toBe((-790332482 & 0x7fffffff) % 3)
    expect(at(Buffer.from('abc'), false)).toBe(479470107 % 3)
  })

  test('is the same for the same bytes, whether they are text or not, and keeps together what has no key', () => {
    expect(at(Buffer.from([0, 255, 1]), false)).toBe(at(Buffer.from([0, 255, 1]), false))
    expect(at(null, false)).toBe(0)
  })
})
