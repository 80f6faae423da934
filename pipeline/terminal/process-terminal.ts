import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'
import { cutText } from './cut-text.ts'

/** Where a command writes. */
export interface Terminal {
  /** How wide the standard output is; without an end where it is no terminal. */
  readonly columns: number
  /** Data, a line or several, on the standard output. */
  print(text: string): void
  /** A message for people, on the error output. */
  note(text: string): void
  /** A line on the error output in the place of the last one, which a message takes away; false where nothing can be replaced. */
  show(line: string): boolean
  /** Whoever reads the standard output has taken most of it: for those that print without an end. */
  drained(): Promise<unknown>
  /** Whether a person says yes; null where there is nobody to ask. */
  confirm(question: string): Promise<boolean> | null
  /** Text in a style, where the standard output shows colours. */
  paint(style: 'red' | 'green' | 'yellow' | 'dim' | 'bold', text: string): string
}

/** The terminal, or the pipes, of a process. */
export function processTerminal(streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>): Terminal {
  const { stdin, stdout, stderr } = streams
  const shown = new ShownLine(stderr)
  return {
    get columns() {
      return stdout.isTTY ? stdout.columns : Infinity
    },
    print: text => {
      shown.clear()
      stdout.write(`${text}\n`)
    },
    note: text => {
      shown.clear()
      stderr.write(`${text}\n`)
    },
    show: line => shown.replace(line),
    drained: () => (stdout.writableNeedDrain ? once(stdout, 'drain') : Promise.resolve()),
    confirm: question => (stdin.isTTY && stderr.isTTY ? ask(question, streams) : null),
    // This looks at NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
    paint: (style, text) => styleText(style, text, { stream: stdout }),
  }
}

class ShownLine {
  readonly #output: NodeJS.WriteStream
  #isThere = false

  constructor(output: NodeJS.WriteStream) {
    this.#output = output
  }

  replace(line: string): boolean {
    if (!this.#output.isTTY || process.env['TERM'] === 'dumb') return false
    this.clear()
    // A line that is wrapped cannot be replaced.
    this.#output.write(cutText(line, this.#output.columns - 1))
    this.#isThere = line !== ''
    return true
  }

  clear(): void {
    if (this.#isThere) this.#output.write('\r\u{1b}[K')
    this.#isThere = false
  }
}

async function ask(
  question: string,
  { stdin: input, stderr: output }: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
): Promise<boolean> {
  const dialogue = createInterface({ input, output })
  try {
    return /^y(es)?$/i.test((await dialogue.question(`${question} [y/N] `)).trim())
  } finally {
    dialogue.close()
  }
}
