import { describe, expect, test } from 'vitest'
import {
  PROMPT_LINES_MAX,
  renderTrace,
  WINDOWS_SHOWN_MAX,
} from '../../../pipeline/rule-tests/render-trace.ts'
import { testRule } from '../../../pipeline/rule-tests/test-rule.ts'
import { TRACED_MAX, traceRun } from '../../../pipeline/rule-tests/trace-run.ts'
import type { RuleTest } from '../../../schemas/rule-test.ts'
import { type RuleParts, testRuleOf } from '../../support/test-rule-of.ts'

const yes = { should_trigger: true, confidence: 0.9, reason: 'r', repeat: 100 }

async function traced(parts: RuleParts, given: Pick<RuleTest, 'events' | 'answers'>) {
  const rule = testRuleOf(parts)
  const trace = traceRun(rule, await testRule(rule, given))
  return { trace, lines: renderTrace(trace, { paint: (_colour, text) => text }) }
}

function buy(symbol: string, rest: Partial<RuleTest['events'][number]> = {}) {
  return { event_type: 'trade.signal', data: { symbol, side: 'buy', volume: 60_000 }, ...rest }
}

describe('traceRun', () => {
  test('gives each window its calls, the corrective one included, though windows are judged side by side', async () => {
    const { trace } = await traced(
      {},
      { events: [buy('A'), buy('B'), buy('C')], answers: [{ raw: 'broken' }, { raw: 'broken' }, yes] },
    )
    const summary = trace.windows.map(({ decision: { key }, calls }) => [
      key,
      ...calls.map(({ prompt }) => /"symbol":"(.)"/.exec(prompt)?.[1]),
    ])
    // C needs one call only, so it is decided first.
    expect(summary.toSorted()).toEqual([
      ['A', 'A', 'A'],
      ['B', 'B', 'B'],
      ['C', 'C'],
    ])
  })

  test('tells a repeat that was dropped from one that did not match', async () => {
    const events = [buy('A', { event_id: 'e', repeat: 2 }), { event_type: 'trade.other' }]
    const { lines } = await traced({ type: 'traditional' }, { events })
    expect(lines).toContain('+0s    event 1 trade.signal: match, joined window 1')
    expect(lines).toContain(
      '+0s    event 2 trade.signal: dropped, its event_id was there before for this key',
    )
    expect(lines.join('\n')).toContain(
      'event 3 trade.other: no match, the rule is for trade.signal, not for trade.other',
    )
  })

  test('shows a bounded number of events, windows and lines of a prompt', async () => {
    const events = Array.from({ length: TRACED_MAX + 5 }, (_, index) => buy(`s${index}`))
    const { trace, lines } = await traced(
      { llm: { trigger_mode: 'realtime', description: 'line\n'.repeat(PROMPT_LINES_MAX) } },
      { events, answers: [yes] },
    )
    expect([trace.events.length, trace.events_omitted]).toEqual([TRACED_MAX, 5])
    expect(lines).toContain('and events that differ from these, in 5 groups')
    expect(lines).toContain(`and ${events.length - WINDOWS_SHOWN_MAX} more windows`)
    expect(lines.filter(line => /and \d+ more lines/.test(line))).toHaveLength(WINDOWS_SHOWN_MAX)
  })

  test('lets no control character of an event through', async () => {
    const { lines } = await traced({ type: 'traditional' }, { events: [buy('\u001b[31mred')] })
    expect(lines.join('')).not.toContain('\u001b')
  })

  test('says where the answers ran out', async () => {
    const { lines } = await traced({}, { events: [buy('A')] })
    expect(lines.join('\n')).toContain('answered  nothing: the test has no answer left')
  })
})
