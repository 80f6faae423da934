import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reportPage } from '../../../../../pipeline/backtest/report/page/report-page.ts'
import { hostileFindings } from '../../../../support/backtest/hostile-findings.ts'

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '!', ' ', '-', ';', 'a'),
    maxLength: 40,
  }),
  fc.constantFrom(
    '</script><script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</style></title><!--',
    ']]><svg/onload=alert(1)>',
    '&lt;b&gt;',
    '__proto__',
  ),
)

/** The markup of a page without its text: every character that may begin or end a tag or an attribute. */
function skeleton(page: string): string {
  return page.replaceAll(/[^<>"']/g, '')
}

test('has the same markup whatever events and models say: no text of theirs is more than text', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 40 }), texts => {
      const page = reportPage(hostileFindings(texts))
      const harmless = reportPage(hostileFindings(texts.map(text => text.replaceAll(/[<>"'&]/g, 'x'))))
      expect(skeleton(page)).toBe(skeleton(harmless))
    }),
    { numRuns: 60 },
  )
})
