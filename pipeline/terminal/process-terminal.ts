import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { styleText } from 'node:util'

/** Where a command writes. */
export interface Terminal {
  /** How wide the standard output is; without an end where it is no terminal. */
  readonly columns: number
  /** Data, a line or several, on the standard output. */
  print(text: string): void
  /** A message for people, on the error output. */
  note(text: string): void
  /** Whoever reads the standard output has taken most of it: for those that print without an end. */
  drained(): Promise<unknown>
  /** Whether a person says yes; null where there is nobody to ask. */
  confirm(question: string): Promise<boolean> | null
  /** Text in a colour, where the standard output shows colours. */
  paint(colour: 'red' | 'green' | 'yellow' | 'dim', text: string): string
}

/** The terminal, or the pipes, of a process. */
export function processTerminal(streams: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr'>): Terminal {
  const { stdin, stdout, stderr } = streams
  return {
    get columns() {
      return stdout.isTTY ? stdout.columns : Infinity
    },
    print: text => void stdout.write(`${text}\n`),
    note: text => void stderr.write(`${text}\n`),
    drained: () => (stdout.writableNeedDrain ? once(stdout, 'drain') : Promise.resolve()),
    confirm: question => (stdin.isTTY && stderr.isTTY ? ask(question, streams) : null),
    // This looks at NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
    paint: (colour, text) => styleText(colour, text, { stream: stdout }),
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
