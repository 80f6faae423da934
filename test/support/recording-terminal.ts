import type { Terminal } from '../../pipeline/terminal/process-terminal.ts'

export interface RecordingTerminal extends Terminal {
  readonly printed: readonly string[]
  readonly notes: readonly string[]
}

/** Where a person `says` so to every question, or nobody is there: a terminal without colours and of any width that keeps what is written to it. */
export function recordingTerminal(says: boolean | null = null): RecordingTerminal {
  const printed: string[] = []
  const notes: string[] = []
  return {
    printed,
    notes,
    columns: Infinity,
    print: text => printed.push(text),
    note: text => notes.push(text),
    show: () => false,
    drained: () => Promise.resolve(),
    confirm: question => {
      notes.push(question)
      return says === null ? null : Promise.resolve(says)
    },
    paint: (_style, text) => text,
  }
}
