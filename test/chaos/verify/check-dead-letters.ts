import { type CommittedLog, placeOf } from './committed-log.ts'
import type { CommittedRecord } from './read-committed.ts'
import type { Violations } from './violations.ts'

/** Garbage is dead-lettered once, as it was; so is each record of an undecided window; and nothing else is. */
export function checkDeadLetters({ source, decisions, deadLetters }: CommittedLog, found: Violations): void {
  const garbage = new Map(source.filter(({ n }) => n === null).map(record => [record.place, record.value]))
  const undecided = decisions.filter(({ outcome }) => outcome === 'undecided')
  const expected = new Set([
    ...garbage.keys(),
    ...undecided.flatMap(({ decision_id, work_partition, events }) =>
      events.map(({ work_offset }) => `${decision_id} ${placeOf(work_partition, work_offset)}`),
    ),
  ])
  const seen = new Set<string>()
  for (const letter of deadLetters) {
    const name = nameOf(letter)
    if (!expected.has(name))
      found.add('illegal', `dead letter ${name} (${letter.headers.get('llmtrigger-reason')})`)
    if (seen.has(name)) found.add('duplicate', `dead letter ${name} is there twice`)
    seen.add(name)
    const original = garbage.get(name)
    if (original !== undefined && original !== letter.value)
      found.add('illegal', `dead letter ${name} was changed`)
  }
  for (const name of expected) {
    if (!seen.has(name)) found.add('lost', `dead letter of ${name} is missing`)
  }
}

function nameOf({ headers }: CommittedRecord): string {
  const [partition, offset] = [headers.get('llmtrigger-partition'), headers.get('llmtrigger-offset')]
  const place = placeOf(Number(partition), offset ?? '')
  const decision = headers.get('llmtrigger-decision-id')
  return decision === undefined ? place : `${decision} ${place}`
}
