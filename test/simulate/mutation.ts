/** One way to break the lanes, as a change of text that occurs once. */
export interface Mutation {
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
}

const committedOffset = 'const offset = ledger.watermark'

/** What the simulation must notice. */
export const mutations: readonly Mutation[] = [
  {
    name: 'commit before deciding',
    file: 'pipeline/decide-lane.ts',
    from: committedOffset,
    to: 'const offset = ledger.position',
  },
  {
    name: 'skip the fence',
    file: 'pipeline/memory/memory-lane.ts',
    from: 'if (committed.owner !== owner) {',
    to: 'if (committed.offset === Infinity) {',
  },
  {
    name: 'ignore the journal',
    file: 'operators/lanes/recover-memory.ts',
    from: 'records.forEach(remember)',
    to: 'records.slice(records.length).forEach(remember)',
  },
  {
    name: 'drop the check of held ids',
    file: 'operators/lanes/seen-ids.ts',
    from: 'held.has(work.work_id) || decided.has(work.work_id)',
    to: 'decided.has(work.work_id)',
  },
  {
    name: 'take a record before its rules are known',
    file: 'pipeline/decide-lane.ts',
    from: '!rules.covers(rulesOffsetOf(record))',
    to: 'rulesOffsetOf(record) < 0',
  },
  {
    name: 'commit the highest offset instead of the lowest',
    file: 'pipeline/decide-lane.ts',
    from: committedOffset,
    to: 'const offset = Math.max(ledger.watermark, ...items.flatMap(one => one.offsets).map(one => one + 1))',
  },
]
