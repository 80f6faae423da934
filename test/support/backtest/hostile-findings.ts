import type { BacktestFindings } from '../../../pipeline/backtest/report/backtest-findings.ts'
import { sampleDifference } from './sample-difference.ts'
import { sampleReport } from './sample-report.ts'
import { sampleSweep } from './sample-sweep.ts'

const report = sampleReport({
  rules: 4,
  hours: 2,
  missingShare: 0.1,
  recording: { skipped: { 'not JSON': 3 } },
})

/** A report with a difference and a sweep of which every text that is no time or word of the schema, names included, is one of these. */
export function hostileFindings(texts: readonly string[]): BacktestFindings {
  let next = 0
  const taken = new Map<string, string>()
  // The same name is replaced alike everywhere, and two names stay two.
  const textFor = (known: string) => {
    const text = taken.get(known) ?? `${texts[next++ % texts.length] ?? ''}${next}`
    taken.set(known, text)
    return text
  }
  const findings = {
    report: { ...report, events: { ...report.events, dead_lettered: { odd: 1 } } },
    difference: sampleDifference(5),
    sweep: sampleSweep(),
  }
  return replaced(findings, textFor)
}

/** Words that the code knows: times, and values of closed lists. */
const knownWord =
  /^(\d{4}-\d\d-\d\d.*|traditional|llm|hybrid|realtime|batch|interval|triggered|not_triggered|below_threshold|undecided|skipped|size|time|tick|event|journal|verdict|window|only_before|only_after)$/

/** Objects with names from outside. */
const named = new Set([
  'by_topic',
  'dead_lettered',
  'skipped',
  'errors',
  'cost_usd_by_rule',
  'rules',
  'queues',
  'values',
])

function replaced<Value>(value: Value, textFor: (known: string) => string): Value {
  const visit = (part: unknown, name: string): unknown => {
    if (typeof part === 'string') return knownWord.test(part) ? part : textFor(part)
    if (Array.isArray(part)) return part.map(item => visit(item, ''))
    if (typeof part !== 'object' || part === null) return part
    const entries = Object.entries(part).map(([key, item]) => [
      named.has(name) ? textFor(key) : key,
      visit(item, key),
    ])
    return Object.fromEntries(entries)
  }
  return JSON.parse(JSON.stringify(visit(value, '')))
}
