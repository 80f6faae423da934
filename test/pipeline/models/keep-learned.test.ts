import { concat, defer, EMPTY, from, NEVER, of, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import type { TableChange } from '../../../operators/keeping/kept-table.ts'
import { keepLearned } from '../../../pipeline/models/keep-learned.ts'
import { modelBench } from '../../support/model-bench.ts'
import { callRequest } from '../../support/model-gate-of.ts'
import { PipelineError } from '../../../schemas/failure.ts'

const AT = '2026-11-20T09:00:00.000Z'
const learned = { configured: 600, learned: 240, since: AT, why: 'window' } as const
const LOOK_MS = 10_000
const reply = { text: 'answer', finish: 'stop', tokens: { input: 100, output: 20 } } as const

function write(log: ReturnType<typeof memoryPartition>, value: unknown, key = 'learned/fast') {
  log.append({ key, value: value === null ? null : JSON.stringify(value) }, 0)
}

/** What a process that begins now would find. */
function keptIn(log: ReturnType<typeof memoryPartition>) {
  const { kept$, model } = modelBench(log)
  const following = kept$.subscribe()
  following.unsubscribe()
  return model('fast').gate.quota.limits.requests_per_minute
}

test('begins with what was kept last, before anything else is said to be current', () => {
  const log = memoryPartition()
  write(log, { at: AT, limits: { requests_per_minute: { ...learned, learned: 100 } } })
  write(log, { at: AT, limits: { requests_per_minute: learned } })
  write(log, { at: AT, limits: { requests_per_minute: learned } }, 'learned/gone')
  const { kept$, model, faults } = modelBench(log)
  const seen: unknown[] = []
  kept$.subscribe(() => seen.push(model('fast').gate.quota.limits.requests_per_minute))
  expect([seen, faults]).toEqual([[240], []])
})

test('begins with what is configured where it was taken away again, or does not fit', () => {
  const log = memoryPartition()
  write(log, { at: AT, limits: { requests_per_minute: learned } })
  write(log, null)
  expect(keptIn(log)).toBe(600)
  write(log, { at: AT, limits: { requests_per_minute: 'many' } })
  expect(keptIn(log)).toBe(600)
})

test('keeps what a model has learned since, for the next process', () => {
  const { kept$, model, clock, log } = modelBench()
  kept$.subscribe()
  const { gate } = model('fast')
  const refused = new PipelineError('model_rate_limited', 'made to fail')
  gate
    .admit(
      throwError(() => refused),
      callRequest(),
    )
    .subscribe({ error: () => undefined })
  clock.advanceTo(clock.now() + 1100)
  gate.admit(of(reply), callRequest()).subscribe()
  const held = gate.quota.limits.requests_per_minute
  expect(held).toBeLessThan(600)
  clock.advanceTo(clock.now() + LOOK_MS)
  expect(log.records).toHaveLength(1)
  clock.advanceTo(clock.now() + 10 * LOOK_MS)
  expect(log.records).toHaveLength(1)
  expect(keptIn(log)).toBe(held)
})

test('tries again to keep it where that was not possible', () => {
  const log = memoryPartition()
  write(log, { at: AT, limits: { requests_per_minute: learned } })
  const { models, clock } = modelBench(log)
  const entries: TableChange[] = [{ kind: 'current' }]
  let isAway = true
  const puts: string[] = []
  const table = {
    put: (key: string) =>
      defer(() => (isAway ? throwError(() => new Error('away')) : (puts.push(key), EMPTY))),
    remove: () => EMPTY,
  }
  concat(from(entries), NEVER)
    .pipe(changes$ => keepLearned(changes$, { table, models, clock, onFault: () => undefined }))
    .subscribe()
  models.get('fast')?.gate.restore({ at: AT, limits: { requests_per_minute: learned } })
  clock.advanceTo(clock.now() + LOOK_MS)
  isAway = false
  clock.advanceTo(clock.now() + LOOK_MS)
  expect(puts).toEqual(['learned/fast'])
})
