import { Subject } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { GroupMember } from '../../../../pipeline/kafka/group/group-member.ts'
import { KnownCommits } from '../../../../pipeline/kafka/group/known-commits.ts'
import { type Membership, memberships } from '../../../../pipeline/kafka/group/memberships.ts'
import { kafkaCluster } from '../../../../pipeline/kafka/kafka-cluster.ts'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 20 }
/** Well below the session of 10 s that the silent member has. */
const STOP_MS_MAX = 6000
let groups = 0

describe.skipIf(brokers.length === 0)('memberships of a group on Kafka', () => {
  let bench: KafkaBench

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  const connect = () => kafkaCluster(bench.config, () => undefined)
  const newGroup = () => `members-${process.pid}-${Date.now()}-${groups++}`

  const follow = (groupId: string, topics: readonly string[]) => {
    const leave$ = new Subject<void>()
    const seen: Membership[] = []
    const done = new Promise<void>((resolve, reject) => {
      memberships({
        connect,
        brokers,
        groupId,
        topics,
        commits: new KnownCommits(),
        missingTopics: () => Promise.resolve([]),
        leave$,
      }).subscribe({
        next: membership => seen.push(membership),
        complete: resolve,
        error: reject,
      })
    })
    const stop = () => {
      leave$.next()
      return done
    }
    const owned = () => {
      const last = seen.at(-1)
      if (last?.kind !== 'member') return undefined
      return last.partitions.map(({ topic, partition }) => `${topic}/${partition}`).sort()
    }
    return { seen, stop, owned }
  }

  /** A member that joins once and then says nothing more: the group waits for it until its session ends. */
  const silentMember = async (groupId: string, topics: readonly string[]) => {
    const cluster = connect()
    await cluster.connect()
    await cluster.addMultipleTargetTopics(topics)
    const member = new GroupMember({
      cluster,
      groupId,
      topics,
      memberId: '',
      commits: new KnownCommits(),
      signal: new AbortController().signal,
    })
    // A broker this young may not know its groups yet.
    await vi.waitFor(() => member.join(), WAIT)
    return cluster
  }

  test('end at once when they are stopped while a join waits for another member', async () => {
    const [groupId, topic] = [newGroup(), await bench.newTopic(1)]
    const silent = await silentMember(groupId, [topic])
    const { seen, stop } = follow(groupId, [topic])
    await vi.waitFor(async () => {
      const { groups: found } = await bench.admin.describeGroups([groupId])
      expect(found[0]?.state).toBe('PreparingRebalance')
    }, WAIT)
    const startedMs = performance.now()
    await stop()
    expect(performance.now() - startedMs).toBeLessThan(STOP_MS_MAX)
    expect(seen).toEqual([])
    await silent.disconnect()
  })

  test('leave the group also while a rejoin waits, so that the others need not wait for their session', async () => {
    const [groupId, topic] = [newGroup(), await bench.newTopic(2)]
    const staying = follow(groupId, [topic])
    await vi.waitFor(() => expect(staying.owned()).toHaveLength(2), WAIT)
    const leaving = follow(groupId, [topic])
    await vi.waitFor(() => expect(leaving.owned()).toHaveLength(1), WAIT)
    const silent = await silentMember(groupId, [topic])
    // The silent one lets the next rebalance wait: a fourth member begins it.
    const fourth = follow(groupId, [topic])
    await vi.waitFor(async () => {
      const { groups: found } = await bench.admin.describeGroups([groupId])
      expect(found[0]?.state).toBe('PreparingRebalance')
    }, WAIT)
    const [member] = leaving.seen.flatMap(one => (one.kind === 'member' ? [one.member] : [])).slice(-1)
    // Its heartbeat has been told to join again.
    await vi.waitFor(
      () => expect(member?.confirm()).rejects.toMatchObject({ code: 'lane_unavailable' }),
      WAIT,
    )
    await leaving.stop()
    await vi.waitFor(async () => {
      const { groups: found } = await bench.admin.describeGroups([groupId])
      expect(found[0]?.members).toHaveLength(3)
    }, WAIT)
    await Promise.all([staying.stop(), fourth.stop(), silent.disconnect()])
  })

  test('give a topic to those only that subscribe to it, whoever leads', async () => {
    const [groupId, common, added] = [newGroup(), await bench.newTopic(2), await bench.newTopic(2)]
    const former = follow(groupId, [common])
    await vi.waitFor(() => expect(former.owned()).toHaveLength(2), WAIT)
    const next = follow(groupId, [common, added])
    const all = [`${common}/0`, `${common}/1`, `${added}/0`, `${added}/1`].sort()
    await vi.waitFor(
      () => expect([...(former.owned() ?? []), ...(next.owned() ?? [])].sort()).toEqual(all),
      WAIT,
    )
    expect(former.owned()?.every(name => name.startsWith(common))).toBe(true)
    // Led by the one with both now.
    await former.stop()
    const late = follow(groupId, [common])
    await vi.waitFor(
      () => expect([...(late.owned() ?? []), ...(next.owned() ?? [])].sort()).toEqual(all),
      WAIT,
    )
    await vi.waitFor(() => expect(late.owned()?.every(name => name.startsWith(common))).toBe(true), WAIT)
    await Promise.all([late.stop(), next.stop()])
  })
})
