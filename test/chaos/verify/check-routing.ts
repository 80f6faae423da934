import type { CampaignRule } from '../campaign-rules.ts'
import type { CampaignEvent } from '../campaign-event.ts'
import type { CommittedLog, Place, WorkRecord } from './committed-log.ts'
import type { Violations } from './violations.ts'

export interface Expectation {
  /** Events that were made: 0 to this, less one. */
  readonly events: number
  readonly eventOf: (n: number) => CampaignEvent
  readonly rules: readonly CampaignRule[]
}

/** Every source record is on `work` once for each rule that matches it, in order within each key, and nothing else is there. */
export function checkRouting({ source, work }: CommittedLog, expected: Expectation, found: Violations): void {
  const written = new Map(source.map(({ place, n }) => [place, n]))
  checkWritten(new Set(written.values()), expected, found)
  const routed = new Map<string, Place>()
  const newestOffset = new Map<string, number>()
  for (const record of work) {
    const pair = pairOf(record.ruleId, record.source)
    const before = routed.get(pair)
    if (before !== undefined) found.add('duplicate', `${pair} is on work at ${before} and ${record.place}`)
    routed.set(pair, record.place)
    if (written.get(record.source) !== record.n || !isExpected(record, expected)) {
      found.add('illegal', `work ${record.place}: ${pair} is not of what was written`)
    }
    checkOrder(record, newestOffset, found)
  }
  for (const [place, n] of written) {
    const missing = matchingRules(n, expected).filter(id => !routed.has(pairOf(id, place)))
    for (const id of missing) found.add('lost', `source ${place}: event ${n} is not on work for ${id}`)
  }
}

function isExpected({ ruleId, n, key }: WorkRecord, expected: Expectation): boolean {
  return matchingRules(n, expected).includes(ruleId) && expected.eventOf(n).key === key
}

function matchingRules(n: number | null, { eventOf, rules }: Expectation): readonly string[] {
  return n === null ? [] : rules.filter(({ matches }) => matches(eventOf(n))).map(({ id }) => id)
}

/** What the campaign was told is written and is not there, the broker has lost: the pipeline cannot be judged by it. */
function checkWritten(ns: ReadonlySet<number | null>, expected: Expectation, found: Violations): void {
  for (let n = 0; n < expected.events; n++) {
    if (ns.has(n) || expected.eventOf(n).garbage !== null) continue
    found.add('lost', `event ${n} was acknowledged and is not on the source topic`)
  }
}

function checkOrder(record: WorkRecord, newestOffset: Map<string, number>, found: Violations): void {
  const name = `${record.ruleId}|${record.key}`
  const offset = Number(record.source.split('@')[1])
  if (offset <= (newestOffset.get(name) ?? -1)) {
    found.add('illegal', `work ${record.place}: source ${record.source} comes after a later one of ${name}`)
  }
  newestOffset.set(name, offset)
}

function pairOf(ruleId: string, place: Place): string {
  return `${ruleId} of source ${place}`
}
