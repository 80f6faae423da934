import { expect, test } from 'vitest'
import { createPlaces } from '../../../pipeline/simulator/create-places.ts'

test('sums up how long places were held, those that are still held too', () => {
  const places = createPlaces()
  places.enter(1000)
  places.enter(1500)
  expect(places.heldMs(2000)).toBe(1000 + 500)
  places.leave(2000)
  places.leave(2500)
  expect(places.heldMs(9000)).toBe(1000 + 1000)
  expect(places.held).toBe(0)
  expect(places.heldMax).toBe(2)
})
