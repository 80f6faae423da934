import type { Terminal } from '../../pipeline/terminal/process-terminal.ts'

export interface RecordingTerminal extends Terminal {
  readonly printed: readonly string[]
  readonly notes: readonly string[]
}

/** A terminal without colours and of any width that keeps what is written to it. */
export function recordingTerminal(): RecordingTerminal {
  const printed: string[] = []
  const notes: string[] = []
  return {
    printed,
    notes,
    columns: Infinity,
    print: text => printed.push(text),
    note: text => notes.push(text),
    paint: (_colour, text) => text,
  }
}
