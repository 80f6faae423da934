import { lastValueFrom } from 'rxjs'
import { afterEach, describe, expect, inject, test } from 'vitest'
import { z } from 'zod'
import { nextVersion } from '../../operators/rules/next-version.ts'
import { type KafkaRuleStore, kafkaRuleStore } from '../../pipeline/kafka/tables/kafka-rule-store.ts'
import { readRule } from '../../pipeline/rules/read-rule.ts'
import { configSchema } from '../../schemas/config.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { waitFor } from '../support/wait-for.ts'

// 200 of them, at 500 events/s, by hand: CHANGES=200.
const { CHANGES = '30' } = process.env
const CHANGE_EVERY_MS = 100
const EVENTS_PER_TICK = 10
const TICK_MS = 20
/** When a change must hold for whatever is sent. */
const HOLDS_AFTER_MS = 1000

const ids = ['steady', 'asking', 'flip'] as const

function ruleOf(ruleId: string) {
  const isAsking = ruleId === 'asking'
  const config = isAsking
    ? {
        rule_type: 'llm',
        llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 1 },
      }
    : { rule_type: 'traditional', pre_filter: { expression: 'n >= 0' } }
  return { rule_id: ruleId, name: ruleId, event_types: ['x'], rule_config: config }
}

interface Change {
  readonly ruleId: string
  readonly version: number
  readonly enabled: boolean
  readonly askedMs: number
  readonly answeredMs: number
}

interface Sent {
  readonly id: string
  readonly atMs: number
}

let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

async function until(timeMs: number): Promise<void> {
  await waitFor(() => Date.now() >= timeMs, { what: 'the time', withinMs: 10_000, everyMs: 5 })
}

async function changeOnce(store: KafkaRuleStore, n: number): Promise<Change> {
  const ruleId = ids[n % ids.length] ?? 'steady'
  const askedMs = Date.now()
  const written = await lastValueFrom(
    store.change(rules => {
      const before = rules.get(ruleId)
      if (before === undefined) throw new Error(`no rule ${ruleId}`)
      const changed: Rule = { ...before, description: `${n}`, enabled: ruleId !== 'flip' || !before.enabled }
      return [{ ruleId, rule: nextVersion(changed, before, { by: 'api', atMs: Date.now() }) }]
    }),
  )
  const [rule] = written.map(one => one.rule)
  if (!rule) throw new Error('nothing was written')
  return { ruleId, version: rule.metadata.version, enabled: rule.enabled, askedMs, answeredMs: Date.now() }
}

async function sendWhile(isOn: () => boolean): Promise<readonly Sent[]> {
  const sent: Sent[] = []
  while (isOn()) {
    const atMs = Date.now()
    const events = Array.from({ length: EVENTS_PER_TICK }, (_, n) => ({ id: `e-${sent.length + n}`, atMs }))
    sent.push(...events)
    await pipeline?.send(
      events.map(({ id }, n) => ({ event_id: id, event_type: 'x', context_key: `k${n}`, data: { n } })),
    )
    await until(atMs + TICK_MS)
  }
  return sent
}

interface Judged {
  readonly version: number
  readonly outcome: Decision['outcome']
  readonly decidedMs: number
  readonly openedMs: number
}

function judgedEvents(decisions: readonly Decision[], ruleId: string): Map<string, Judged[]> {
  const judged = new Map<string, Judged[]>()
  for (const one of decisions) {
    if (one.rule_id !== ruleId) continue
    const { rule_version: version, outcome } = one
    const times = { decidedMs: Date.parse(one.decided_at), openedMs: Date.parse(one.opened_at) }
    for (const { event_id: id } of one.events) {
      judged.set(id, [...(judged.get(id) ?? []), { version, outcome, ...times }])
    }
  }
  return judged
}

/** Events that were judged by a version that was no longer, or not yet, the one to judge them. */
function wrongVersions(
  sent: readonly Sent[],
  judged: ReadonlyMap<string, readonly Judged[]>,
  changes: readonly Change[],
) {
  return sent.filter(({ id, atMs }) =>
    (judged.get(id) ?? []).some(({ version, decidedMs, openedMs }) => {
      // A window keeps the version that it opened with, which was before this event.
      const sinceMs = Math.min(atMs, openedMs) - HOLDS_AFTER_MS
      const least = Math.max(
        1,
        ...changes.filter(({ answeredMs }) => answeredMs <= sinceMs).map(c => c.version),
      )
      const most = Math.max(1, ...changes.filter(({ askedMs }) => askedMs <= decidedMs).map(c => c.version))
      return version < least || version > most
    }),
  )
}

/** For each change how long events that were sent after its answer still met the version before it. */
function effectMs(
  sent: readonly Sent[],
  judged: ReadonlyMap<string, readonly Judged[]>,
  changes: readonly Change[],
) {
  return changes.map(({ version, answeredMs }) => {
    const late = sent.filter(
      ({ id, atMs }) => atMs > answeredMs && judged.get(id)?.some(one => one.version < version),
    )
    return Math.max(0, ...late.map(({ atMs }) => atMs - answeredMs))
  })
}

/** Whether the rule was on at all times that may count for an event, off at all of them, or both. */
function stateFor({ atMs }: Sent, changes: readonly Change[]): 'on' | 'off' | 'either' {
  const states = new Set<boolean>()
  const before = changes.filter(({ answeredMs }) => answeredMs <= atMs - HOLDS_AFTER_MS)
  states.add(before.at(-1)?.enabled ?? true)
  for (const { enabled, askedMs, answeredMs } of changes) {
    if (answeredMs > atMs - HOLDS_AFTER_MS && askedMs < atMs + HOLDS_AFTER_MS) states.add(enabled)
  }
  return states.size > 1 ? 'either' : states.has(true) ? 'on' : 'off'
}

describe.skipIf(inject('kafkaSkipped') !== '')('rules that change under load', () => {
  const brokers = inject('kafkaBrokers')
  const count = z.coerce.number().int().min(3).parse(CHANGES)

  test(
    'judge every event once, by the versions of its time',
    { timeout: 120_000 + count * 500 },
    async () => {
      const started = (pipeline = await kafkaPipeline({ brokers, rules: ids.map(ruleOf) }))
      await started.start()
      await started.start()
      const { config } = started
      const store = kafkaRuleStore(configSchema.shape.kafka.parse(config['kafka']), {
        read: readRule,
        onFault: (ruleId, reason) => {
          throw new Error(`${ruleId}: ${reason}`)
        },
        onTrouble: () => undefined,
      })
      const following = store.read$.subscribe()
      await waitFor(() => store.rules.size === ids.length, { what: 'the rules of files', withinMs: 30_000 })
      let isOn = true
      const sending = sendWhile(() => isOn)
      const changes: Change[] = []
      for (let n = 0; n < count; n++) {
        // The last flips are further apart, so that some events meet a rule that rests.
        const rests = n % ids.length === 2 && n > count - 10
        await until(Date.now() + (rests ? 2500 : CHANGE_EVERY_MS))
        changes.push(await changeOnce(store, n))
      }
      await until(Date.now() + 2 * HOLDS_AFTER_MS)
      isOn = false
      const sent = await sending
      await store.close()
      following.unsubscribe()

      const all = { what: 'a decision for every event', withinMs: 60_000, everyMs: 500 }
      const countOf = async (ruleId: string) => judgedEvents(await started.decisions(), ruleId).size
      await waitFor(
        async () => (await countOf('steady')) + (await countOf('asking')) === 2 * sent.length,
        all,
      )
      const decisions = await started.decisions()
      const effects: number[] = []
      for (const ruleId of ['steady', 'asking']) {
        const judged = judgedEvents(decisions, ruleId)
        const own = changes.filter(change => change.ruleId === ruleId)
        expect([...judged.values()].filter(({ length }) => length !== 1)).toEqual([])
        expect(wrongVersions(sent, judged, own)).toEqual([])
        if (ruleId === 'steady') effects.push(...effectMs(sent, judged, own))
      }
      const flips = changes.filter(({ ruleId }) => ruleId === 'flip')
      const flipped = judgedEvents(decisions, 'flip')
      expect([...flipped.values()].filter(({ length }) => length !== 1)).toEqual([])
      const stable = sent.map(one => ({ id: one.id, state: stateFor(one, flips) }))
      const triggered = (id: string) =>
        flipped.get(id)?.some(({ outcome }) => outcome === 'triggered') === true
      expect(stable.filter(({ id, state }) => state === 'on' && !triggered(id))).toEqual([])
      expect(stable.filter(({ id, state }) => state === 'off' && triggered(id))).toEqual([])
      expect(stable.some(({ state }) => state === 'on') && stable.some(({ state }) => state === 'off')).toBe(
        true,
      )
      const sorted = effects.toSorted((a, b) => a - b)
      const answers = changes.map(({ askedMs, answeredMs }) => answeredMs - askedMs).toSorted((a, b) => a - b)
      const at = (values: readonly number[], part: number) => values[Math.ceil(values.length * part) - 1] ?? 0
      process.stdout.write(
        `${sent.length} events, ${changes.length} changes: written after p50 ${at(answers, 0.5)}, p99 ${at(answers, 0.99)} ms; ` +
          `in force after p50 ${at(sorted, 0.5)}, p99 ${at(sorted, 0.99)} ms more\n`,
      )
      expect(at(sorted, 0.99)).toBeLessThan(HOLDS_AFTER_MS)
    },
  )
})
