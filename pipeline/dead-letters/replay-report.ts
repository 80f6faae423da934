import { exitCode } from '../terminal/exit-code.ts'
import type { Terminal } from '../terminal/process-terminal.ts'
import { LetterTally } from './letter-tally.ts'
import type { LetterCoordinates } from './parse-coordinates.ts'
import type { ReplayOutcome } from './replay-letters.ts'

/** Refusals that are told one by one; the others are only counted. With JSON each is a document anyway. */
const REFUSALS_SHOWN_MAX = 20

export interface ReplayReportOptions {
  readonly terminal: Terminal
  readonly json: boolean
  /** Nothing is written: what would be replayed is shown. */
  readonly dryRun: boolean
  /** What was asked for one by one: what is not found is told. */
  readonly coordinates: readonly LetterCoordinates[]
}

/** Tells what comes of each dead letter as it is known, and how it ended. */
export class ReplayReport {
  readonly #options: ReplayReportOptions
  readonly #replayed = new LetterTally()
  readonly #missing: Set<string>
  #refused = 0
  #repeated = 0

  constructor(options: ReplayReportOptions) {
    this.#options = options
    this.#missing = new Set(options.coordinates.map(nameOf))
  }

  add(outcome: ReplayOutcome): void {
    this.#missing.delete(nameOf(outcome.letter))
    if (outcome.status === 'refused') this.#refuse(outcome)
    else this.#replay(outcome)
  }

  /** Something broke: what was told is done, and the rest is undone or told by the next run. */
  interrupted(): void {
    const again = 'run it again for the rest, nothing is replayed twice'
    this.#options.terminal.note(`stopped after ${this.#replayed.describe()}; ${again}`)
  }

  /** Returns the exit status: all that was asked for is done, or not. */
  end(): number {
    const { terminal, dryRun } = this.#options
    for (const name of this.#missing) this.#miss(name)
    const unshown = this.#unshown()
    if (unshown > 0) terminal.note(`refused  ${unshown} more`)
    const verb = dryRun ? 'would be replayed' : 'replayed'
    terminal.note(
      `${verb}: ${this.#replayed.describe()}${this.#refused === 0 ? '' : `; refused: ${this.#refused}`}`,
    )
    if (this.#repeated > 0) {
      const count = `${this.#repeated} ${this.#repeated === 1 ? 'was' : 'were'} replayed before`
      terminal.note(`${count}: --force replays again, --pending leaves out`)
    }
    return this.#refused === 0 ? exitCode.done : exitCode.failed
  }

  #replay({ letter, record }: Extract<ReplayOutcome, { status: 'replayed' }>): void {
    const { terminal, dryRun, json } = this.#options
    const target = { topic: record.topic, partition: record.partition }
    this.#replayed.add(letter.reason)
    const status = dryRun ? 'would_replay' : 'replayed'
    if (json) this.#print({ ...placeOf(letter), status, target })
    else {
      const shown = dryRun ? 'would replay' : terminal.paint('green', 'replayed')
      terminal.print(
        `${shown}  ${nameOf(letter).padEnd(8)}  ${letter.reason.padEnd(18)}  to ${target.topic}/${target.partition}`,
      )
    }
  }

  #refuse({ letter, problem, repeated }: Extract<ReplayOutcome, { status: 'refused' }>): void {
    if (repeated) this.#repeated++
    this.#tellRefusal(letter, problem)
  }

  #miss(name: string): void {
    const [partition, offset] = name.split(':')
    this.#tellRefusal(
      { partition: Number(partition), offset: Number(offset) },
      'there is no such dead letter',
    )
  }

  #tellRefusal(at: LetterCoordinates, problem: string): void {
    this.#refused++
    if (this.#options.json) this.#print({ ...placeOf(at), status: 'refused', problem })
    else if (this.#unshown() === 0) this.#options.terminal.note(`refused  ${nameOf(at)}: ${problem}`)
  }

  #unshown(): number {
    return this.#options.json ? 0 : Math.max(0, this.#refused - REFUSALS_SHOWN_MAX)
  }

  #print(document: Readonly<Record<string, unknown>>): void {
    this.#options.terminal.print(JSON.stringify(document))
  }
}

function nameOf({ partition, offset }: LetterCoordinates): string {
  return `${partition}:${offset}`
}

function placeOf({ partition, offset }: LetterCoordinates) {
  return { partition, offset: `${offset}` }
}
