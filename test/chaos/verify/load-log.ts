import { alertRecord, type CommittedLog, decisionRecord, sourceRecord, workRecord } from './committed-log.ts'
import { readCommitted } from './read-committed.ts'

export interface LoadLogOptions {
  readonly libs: string
  readonly brokers: readonly string[]
  readonly source: string
  readonly topics: Readonly<Record<'work' | 'decisions' | 'alerts' | 'deadLetter', string>>
}

/** Reads everything that a campaign has committed. */
export async function loadLog({ libs, brokers, source, topics }: LoadLogOptions): Promise<CommittedLog> {
  const log: CommittedLog = { source: [], work: [], decisions: [], alerts: [], deadLetters: [] }
  const from = (topic: string) => ({ libs, brokers, topic })
  // Two or three at a time: each reader is a virtual machine of its own.
  await Promise.all([
    readCommitted(from(source), record => log.source.push(sourceRecord(record))),
    readCommitted(from(topics.work), record => log.work.push(workRecord(record))),
  ])
  await Promise.all([
    readCommitted(from(topics.decisions), record => log.decisions.push(decisionRecord(record))),
    readCommitted(from(topics.alerts), record => log.alerts.push(alertRecord(record))),
    readCommitted(from(topics.deadLetter), record => log.deadLetters.push(record)),
  ])
  return log
}
