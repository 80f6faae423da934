import { styleText } from 'node:util'

/** Where a command writes. */
export interface Terminal {
  /** How wide the standard output is; without an end where it is no terminal. */
  readonly columns: number
  /** Data, a line or several, on the standard output. */
  print(text: string): void
  /** A message for people, on the error output. */
  note(text: string): void
  /** Text in a colour, where the standard output shows colours. */
  paint(colour: 'red' | 'green' | 'yellow' | 'dim', text: string): string
}

/** The terminal, or the pipes, of a process. */
export function processTerminal({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>): Terminal {
  return {
    get columns() {
      return stdout.isTTY ? stdout.columns : Infinity
    },
    print: text => void stdout.write(`${text}\n`),
    note: text => void stderr.write(`${text}\n`),
    // This looks at NO_COLOR, FORCE_COLOR and whether the stream is a terminal.
    paint: (colour, text) => styleText(colour, text, { stream: stdout }),
  }
}
