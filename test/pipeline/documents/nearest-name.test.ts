import { expect, test } from 'vitest'
import { nearestName } from '../../../pipeline/documents/nearest-name.ts'

const names = ['batch_size', 'max_wait_seconds', 'model', 'name']

test.each([
  ['batch_sise', 'batch_size'],
  ['batchsize', 'batch_size'],
  ['bacth_size', 'batch_size'],
  ['Model', 'model'],
  ['nmae', 'name'],
])('takes %s for %s', (typed, meant) => {
  expect(nearestName(typed, names)).toBe(meant)
})

test.each(['xyz', 'temperature', ''])('takes %j for nothing', typed => {
  expect(nearestName(typed, names)).toBeUndefined()
})
