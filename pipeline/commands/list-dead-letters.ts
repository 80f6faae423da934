import { DeadLetterLog } from '../dead-letters/dead-letter-log.ts'
import type { LetterSelection } from '../dead-letters/dead-letter-log.ts'
import { deadLetterDocument } from '../dead-letters/dead-letter-document.ts'
import { deadLetterHead, deadLetterRow } from '../dead-letters/dead-letter-row.ts'
import { LetterTally } from '../dead-letters/letter-tally.ts'
import { openDeadLetters } from '../kafka/dead-letters/open-dead-letters.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { runOnKafka } from './run-on-kafka.ts'

export interface ListDeadLettersOptions extends CommandContext {
  readonly selection: Omit<LetterSelection, 'coordinates'>
  /** Most dead letters shown; all of them without it. */
  readonly limit?: number
}

/** `dead-letter list`: the dead letters that fit, oldest first, and how many there are by reason. */
export async function listDeadLetters(options: ListDeadLettersOptions): Promise<number> {
  return runOnKafka(options, async ({ kafka }) => {
    const { reader } = await openDeadLetters(kafka)
    try {
      await show(new DeadLetterLog(reader), options)
      return exitCode.done
    } finally {
      await reader.close()
    }
  })
}

async function show(log: DeadLetterLog, options: ListDeadLettersOptions): Promise<void> {
  const { selection, limit = Infinity, json, terminal } = options
  const tally = new LetterTally()
  let replayed = 0
  for await (const listed of log.letters(selection)) {
    if (tally.count === limit) {
      terminal.note(`there are more: --limit ${limit} is reached`)
      break
    }
    if (json) terminal.print(JSON.stringify(deadLetterDocument(listed)))
    else {
      if (tally.count === 0) terminal.print(terminal.paint('dim', deadLetterHead))
      terminal.print(deadLetterRow(listed, terminal.columns))
    }
    tally.add(listed.letter.reason)
    if (listed.replayed) replayed++
  }
  terminal.note(`${tally.describe()}${replayed === 0 ? '' : `; ${replayed} replayed`}`)
}
