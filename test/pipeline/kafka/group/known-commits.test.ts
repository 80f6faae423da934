import { expect, test } from 'vitest'
import {
  KnownCommits,
  PARTITIONS_KNOWN_MAX,
  PARTITIONS_TOLD_MAX,
} from '../../../../pipeline/kafka/group/known-commits.ts'

const at = { topic: 'events', partition: 3 }
const commitAt = (offset: number, metadata = '') => ({ offset, metadata, atMs: 1_000_000 + offset })

test('keeps the newest position of a partition, with what lay beside it', () => {
  const commits = new KnownCommits()
  expect(commits.of(at)).toBeUndefined()
  commits.raise(at, commitAt(7, 'seven'))
  commits.raise(at, commitAt(5, 'five'))
  commits.raise({ ...at, partition: 4 }, commitAt(1))
  expect(commits.of(at)).toEqual(commitAt(7, 'seven'))
  commits.forget(at)
  expect(commits.of(at)).toBeUndefined()
})

test('learns from others what is newer, whatever the order', () => {
  const [one, other] = [new KnownCommits(), new KnownCommits()]
  one.raise(at, commitAt(7, 'seven'))
  other.raise(at, commitAt(9, 'nine'))
  other.raise({ ...at, partition: 4 }, commitAt(0))
  const [told, toldByOther] = [one.tell(), other.tell()]
  one.hear(toldByOther)
  other.hear(told)
  for (const commits of [one, other]) {
    expect(commits.of(at)).toEqual(commitAt(9, 'nine'))
    expect(commits.size).toBe(2)
  }
})

test('learns of no time from members that tell none', () => {
  const commits = new KnownCommits()
  commits.hear(Buffer.from('{"events/3":{"offset":9,"metadata":"nine"}}'))
  expect(commits.of(at)).toEqual({ offset: 9, metadata: 'nine', atMs: null })
})

test('tells of the partitions with the newest commits, and each member of its own besides', () => {
  const commits = new KnownCommits()
  const places = Array.from({ length: PARTITIONS_TOLD_MAX + 2 }, (_, partition) => ({
    topic: 'events',
    partition,
  }))
  for (const place of places) commits.raise(place, commitAt(1))
  commits.raise({ topic: 'events', partition: 0 }, commitAt(2))
  const told = new KnownCommits()
  told.hear(commits.tell())
  expect(told.size).toBe(PARTITIONS_TOLD_MAX)
  expect([0, 1, 2, 3].map(partition => told.of({ topic: 'events', partition })?.offset)).toEqual([
    2,
    undefined,
    undefined,
    1,
  ])
  const dealt = new KnownCommits()
  dealt.hear(
    commits.tellOf([
      { topic: 'events', partition: 1 },
      { topic: 'other', partition: 0 },
    ]),
  )
  expect([dealt.size, dealt.of({ topic: 'events', partition: 1 })?.offset]).toEqual([
    PARTITIONS_TOLD_MAX + 1,
    1,
  ])
})

test.each(['', 'no JSON', '[]', '{"events/3":{"offset":-1,"metadata":""}}', '{"events/3":{"offset":"9"}}'])(
  'passes over what it does not understand: %s',
  told => {
    const commits = new KnownCommits()
    commits.raise(at, commitAt(7))
    commits.hear(Buffer.from(told))
    expect([commits.size, commits.of(at)?.offset]).toEqual([1, 7])
  },
)

test('remembers so many partitions and no more, and those still grow', () => {
  const commits = new KnownCommits()
  for (let partition = 0; partition <= PARTITIONS_KNOWN_MAX; partition++) {
    commits.raise({ topic: 'events', partition }, commitAt(1))
  }
  expect(commits.size).toBe(PARTITIONS_KNOWN_MAX)
  expect(commits.of({ topic: 'events', partition: PARTITIONS_KNOWN_MAX })).toBeUndefined()
  commits.raise(at, commitAt(2))
  expect(commits.of(at)?.offset).toBe(2)
})
