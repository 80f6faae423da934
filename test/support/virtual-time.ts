import { TestScheduler } from 'rxjs/testing'
import { expect } from 'vitest'

/** Marbles in virtual time, compared deeply. */
export function virtualTime(): TestScheduler {
  return new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected)
  })
}
