import { asyncScheduler, defer, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import { FollowedRules } from '../../../operators/rules/followed-rules.ts'
import type { FollowedStore } from '../../../operators/rules/followed-store.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { memoryRuleStore } from '../../../pipeline/memory/memory-rule-store.ts'
import { keepRules, type KeepRulesOptions } from '../../../pipeline/rules/keep-rules.ts'
import { readRule } from '../../../pipeline/rules/read-rule.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { traditionalRule } from '../../support/traditional-rule.ts'

function bench() {
  const log = memoryPartition()
  const open = () => memoryRuleStore(log, { rulesMax: 10, read: readRule, onFault: () => undefined })
  const told: unknown[] = []
  const live = new FollowedRules()
  const keep = (options: Partial<KeepRulesOptions> = {}) =>
    keepRules({
      store: open(),
      live,
      files: [],
      runnable: rules => [...rules],
      clock: asyncScheduler,
      onSeeded: ({ writes }) => told.push(['seeded', ...writes.map(({ ruleId }) => ruleId)]),
      onTrouble: problem => told.push(['trouble', problem]),
      onChanged: () => told.push(['changed']),
      ...options,
    })
  const append = (key: string, value: object) => {
    log.append({ key, value: JSON.stringify(value) }, 0)
  }
  return { log, live, told, keep, append, open }
}

const settled = () => new Promise(resolve => setImmediate(resolve))

test('is ready when the rules of files are in force, and follows what others write then', async () => {
  const { live, told, keep, append } = bench()
  let ready = 0
  const following = keep({ files: [traditionalRule('a')] }).subscribe(() => ready++)
  await settled()
  expect([ready, live.table.byId('a')?.metadata.version, live.offset]).toEqual([1, 1, 1])
  append('b', { ...traditionalRule('b'), metadata: { version: 1 } })
  expect([live.table.byId('b')?.name, live.offset]).toEqual(['b', 2])
  expect(told).toEqual([['changed'], ['seeded', 'a'], ['changed']])
  following.unsubscribe()
  append('c', traditionalRule('c'))
  expect(live.offset).toBe(2)
})

test('writes down the version of a record that says none', async () => {
  const { log, keep, append } = bench()
  const following = keep({ files: [traditionalRule('a')] }).subscribe()
  await settled()
  const { metadata: _, ...unversioned } = traditionalRule('a', { priority: 7 })
  append('a', unversioned)
  await settled()
  expect(log.records.map(({ value }) => JSON.parse(String(value)).metadata?.version)).toEqual([
    1,
    undefined,
    2,
  ])
  following.unsubscribe()
})

test('tries again while the rules of files cannot be written, and ends with any other failure', () => {
  const { told, keep, open } = bench()
  const clock = new DrivenClock(0)
  const away = new PipelineError('table_unavailable', 'away')
  const failures = [away, away]
  const real = open()
  const store: FollowedStore = {
    ...real,
    rules: real.rules,
    change: write =>
      defer(() => (failures.length > 0 ? throwError(() => failures.pop()) : real.change(write))),
  }
  let ready = 0
  const following = keep({ store, files: [traditionalRule('a')], clock }).subscribe(() => ready++)
  clock.advanceTo(5000)
  expect([ready, ...told]).toEqual([
    1,
    ['trouble', 'away'],
    ['trouble', 'away'],
    ['changed'],
    ['seeded', 'a'],
  ])
  following.unsubscribe()
  const refused = new PipelineError('table_full', 'full')
  const errors: unknown[] = []
  keep({
    store: { ...store, change: () => throwError(() => refused) },
    files: [traditionalRule('b')],
  }).subscribe({
    error: (error: unknown) => errors.push(error),
  })
  expect(errors).toEqual([refused])
})
