import type { Terminal } from './process-terminal.ts'

export interface ProgressLineOptions {
  readonly terminal: Terminal
  /** What there is to say now. */
  readonly describe: () => string
}

const SHOW_MS = 250
/** In a log nothing can be replaced. */
const NOTE_MS = 10_000

/** Says how far something is, while it goes on: a line that is replaced on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #options: ProgressLineOptions
  readonly #timer: NodeJS.Timeout
  #notedMs = performance.now()

  constructor(options: ProgressLineOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#tell(), SHOW_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#options.terminal.show('')
  }

  #tell(): void {
    const { terminal, describe } = this.#options
    const line = describe()
    const nowMs = performance.now()
    if (terminal.show(line) || nowMs - this.#notedMs < NOTE_MS) return
    this.#notedMs = nowMs
    terminal.note(line)
  }
}
