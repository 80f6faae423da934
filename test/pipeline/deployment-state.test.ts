import { expect, test } from 'vitest'
import { createLog } from '../../pipeline/create-log.ts'
import { deploymentState } from '../../pipeline/deployment-state.ts'

test('shows what the process can do without, and is ready all the same', () => {
  const redis = { ready: false, detail: 'away' }
  const state = deploymentState({
    stages: ['decide'],
    log: createLog({ level: 'silent' }),
    aids: () => ({ redis }),
    onReady: () => {},
  })
  expect(state.readiness().ready).toBe(false)
  state.kafkaProblem(null)
  state.changed({ stage: 'decide', assigned: 2, open: 2, problem: null })
  expect(state.readiness()).toEqual({
    ready: true,
    dependencies: { decide: { ready: true, detail: null }, redis },
  })
})
