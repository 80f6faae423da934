import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderReport } from '../../../../pipeline/backtest/report/render-report.ts'
import { hostileFindings } from '../../../support/backtest/hostile-findings.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\u001b[2J\u001b[H',
    'a\r\nb',
    '\u202e\u2066reversed',
    '\u009b31m',
    'x'.repeat(300),
    '\t\b\u0007',
  ),
)

test('sends a terminal nothing that it would obey, whatever events and models say, and keeps within its width', () => {
  fc.assert(
    fc.property(
      fc.array(hostile, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 40, max: 200 }),
      (texts, columns) => {
        const text = renderReport(hostileFindings(texts), { ...recordingTerminal(), columns })
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069]/u)
        for (const line of text.split('\n')) expect([...line].length).toBeLessThanOrEqual(columns)
      },
    ),
    { numRuns: 60 },
  )
})
