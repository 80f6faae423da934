import type { View } from './view.ts'

/**
 * I1: below the committed offset of a lane everything is finished: of a source its work is on `work`, and work is in a
 * committed decision, or repeats an event that is.
 */
export function* offsetsPassNothing(view: View): Generator<string> {
  yield* sourcesPassNothing(view)
  yield* lanesPassNothing(view)
}

function* sourcesPassNothing({ simulation, account }: View): Generator<string> {
  for (const [name, { partition, offset }] of account.expected) {
    if (account.routed.has(name)) continue
    const committed = simulation.committed({ stage: 'route', partition })
    if (offset < committed) yield `the source is committed to ${committed}, and ${name} is not on work`
  }
}

function* lanesPassNothing({ simulation, account }: View): Generator<string> {
  for (const [partition, works] of account.works.entries()) {
    const committed = simulation.committed({ stage: 'decide', partition })
    for (const { offset, isAborted, work } of works) {
      if (offset >= committed) break
      if (isAborted || account.named[partition]?.has(offset) === true) continue
      if (account.decided.has(`${work.rule_id}|${work.key}|${work.event.event_id}`)) continue
      yield `lane ${partition} is committed to ${committed}, and work ${offset} (${work.rule_id}, ${work.key}) is in no decision`
    }
  }
}
