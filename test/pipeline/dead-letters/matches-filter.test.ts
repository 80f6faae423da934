import { expect, test } from 'vitest'
import { type DeadLetterFilter, matchesFilter } from '../../../pipeline/dead-letters/matches-filter.ts'
import { deadLetterOf } from '../../support/dead-letters.ts'

const atMs = Date.parse('2026-11-20T10:00:00.123Z')
const letter = deadLetterOf({ headers: { 'llmtrigger-rule-id': 'spree' } })

test.each<[DeadLetterFilter, boolean]>([
  [{}, true],
  [{ reason: ['work_invalid', 'event_invalid'] }, true],
  [{ reason: ['work_invalid'] }, false],
  [{ rule: ['spree'] }, true],
  [{ rule: ['other'] }, false],
  [{ stage: ['route'] }, true],
  [{ stage: ['decide'] }, false],
  [{ topic: ['signals'] }, true],
  [{ topic: ['signal'] }, false],
  [{ from: atMs }, true],
  [{ from: atMs + 1 }, false],
  [{ to: atMs + 1 }, true],
  [{ to: atMs }, false],
  [{ reason: ['event_invalid'], rule: ['other'] }, false],
])('fits %j: %j', (filter, fits) => {
  expect(matchesFilter(letter, filter)).toBe(fits)
})

test('leaves out what belongs to no rule when a rule is asked for', () => {
  expect(matchesFilter(deadLetterOf(), { rule: ['spree'] })).toBe(false)
})
