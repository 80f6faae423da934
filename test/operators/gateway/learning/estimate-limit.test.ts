import { describe, expect, test } from 'vitest'
import { estimateLimit, type RefusalFacts } from '../../../../operators/gateway/learning/estimate-limit.ts'

const facts: RefusalFacts = {
  heldTo: 600,
  holdMs: 1000,
  windowMs: 60_000,
  sent: 590,
  sentBefore: 595,
  ageMs: 600_000,
  isTimed: false,
  pace: null,
  lastGood: null,
  isWindow: false,
}

describe('after a long hold', () => {
  const long: RefusalFacts = { ...facts, holdMs: 36_000, sent: 220, sentBefore: 260 }

  test.each<[string, Partial<RefusalFacts>, number]>([
    ['between what was in the window when calls were still refused and when one got through', {}, 240],
    ['what was in the window, where the call was sent in time', { isTimed: true }, 220],
    ['no higher than what was held to', { sent: 610, sentBefore: 650 }, 600],
    ['no less than a tenth of what was held to, where little was sent', { sent: 1, sentBefore: 2 }, 60],
    ['the same from a sixth of the window on', { holdMs: 10_000 }, 240],
    ['the same up to a tenth more than the window', { holdMs: 66_000 }, 240],
  ])('takes for the limit %s', (_, changed, limit) => {
    expect(estimateLimit({ ...long, ...changed })).toEqual({ limit, why: 'window' })
  })

  test('knows nothing of the window where the hold was longer than that', () => {
    const { limit, why } = estimateLimit({ ...long, holdMs: 300_000, sent: 1, sentBefore: 1 })
    expect(limit).toBeCloseTo(558)
    expect(why).toBe('refused')
  })
})

describe('after a short hold', () => {
  test.each<[string, Partial<RefusalFacts>, number]>([
    ['7 % less, where nothing else is known', {}, 558],
    ['what flowed into a bucket between two refusals', { pace: 500 }, 500],
    ['no less than 70 %, whatever flowed', { pace: 91 }, 420],
    ['no more than 97 %, whatever flowed', { pace: 650, sent: 650 }, 582],
    ['what was accepted in the last window, where that is less', { sent: 450 }, 450],
    [
      'what a window would hold, where calls have been sent for less than that',
      { sent: 225, ageMs: 30_000 },
      450,
    ],
    ['what is in a window, where it is one', { isWindow: true, sent: 570, pace: 430 }, 570],
    [
      'half way from what was accepted to what went well, where more was tried',
      { sent: 480, lastGood: 560 },
      520,
    ],
    ['what is in a window, where more was tried of one', { isWindow: true, sent: 480, lastGood: 560 }, 480],
  ])('takes for the limit %s', (_, changed, limit) => {
    const estimate = estimateLimit({ ...facts, ...changed })
    expect(estimate.limit).toBeCloseTo(limit)
    expect(estimate.why).toBe('refused')
  })
})
