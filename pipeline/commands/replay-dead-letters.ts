import type { Config } from '../../schemas/config.ts'
import { DeadLetterLog } from '../dead-letters/dead-letter-log.ts'
import type { LetterSelection } from '../dead-letters/dead-letter-log.ts'
import { planReplay } from '../dead-letters/plan-replay.ts'
import { replayLetters } from '../dead-letters/replay-letters.ts'
import { replayMark } from '../dead-letters/replay-mark.ts'
import { ReplayReport } from '../dead-letters/replay-report.ts'
import { openDeadLetters } from '../kafka/dead-letters/open-dead-letters.ts'
import type { OpenedDeadLetters } from '../kafka/dead-letters/open-dead-letters.ts'
import { TransactionalWriter } from '../kafka/transactional-writer.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { topicsOf } from '../topics-of.ts'
import { runOnKafka } from './run-on-kafka.ts'

export interface ReplayDeadLettersOptions extends CommandContext {
  readonly selection: LetterSelection
  /** Every dead letter, where nothing else narrows them down. */
  readonly all: boolean
  readonly dryRun: boolean
  readonly force: boolean
}

/** `dead-letter replay`: produces dead letters again to where they belong, each once unless it is forced. */
export async function replayDeadLetters(options: ReplayDeadLettersOptions): Promise<number> {
  const mistake = mistakeIn(options)
  if (mistake !== null) {
    options.terminal.note(mistake)
    return exitCode.usage
  }
  return runOnKafka(options, async ({ kafka }) => {
    const opened = await openDeadLetters(kafka)
    const writer = new TransactionalWriter({ config: kafka, name: 'dead-letter-replay' })
    try {
      // Before anything is read: what an earlier replay has written is final then.
      if (!options.dryRun) await writer.begin()
      return await replay(options, { kafka, opened, writer })
    } finally {
      await Promise.all([opened.reader.close(), writer.close()])
    }
  })
}

function mistakeIn({ selection, all }: ReplayDeadLettersOptions): string | null {
  const { coordinates, pending = false, ...filter } = selection
  const filtered = all || Object.keys(filter).length > 0
  if (coordinates === undefined) {
    return filtered
      ? null
      : 'name what to replay: dead letters such as 3:1042, a filter such as --reason, or --all'
  }
  return filtered || pending
    ? 'name dead letters one by one, or by filters, or --all: not by two of these'
    : null
}

interface Connections {
  readonly kafka: Config['kafka']
  readonly opened: OpenedDeadLetters
  readonly writer: TransactionalWriter
}

async function replay(
  { selection, force, dryRun, json, terminal }: ReplayDeadLettersOptions,
  { kafka, opened, writer }: Connections,
): Promise<number> {
  const { topic_prefix: prefix, partitions } = kafka
  const topics = topicsOf(prefix)
  const report = new ReplayReport({ terminal, json, dryRun, coordinates: selection.coordinates ?? [] })
  const outcomes = replayLetters({
    letters: new DeadLetterLog(opened.reader).letters(selection),
    plan: letter => planReplay(letter, { topics, partitions, partitionCounts: opened.counts }),
    markOf: (letter, target) =>
      replayMark(letter, { topic: topics.deadLetter, target, at: new Date().toISOString() }),
    force,
    write: async records => dryRun || (await writer.write(records)) !== null,
  })
  try {
    for await (const outcome of outcomes) report.add(outcome)
  } catch (error) {
    report.interrupted()
    throw error
  }
  return report.end()
}
