import type { DemoReporter } from './demo-reporter.ts'

/** Writes each decision as a line of JSON, and the summary as the last line. */
export function jsonReporter(write: (text: string) => void): DemoReporter {
  let shown = 0
  return {
    show({ decisions }) {
      for (const decision of decisions.slice(shown)) write(`${JSON.stringify(decision)}\n`)
      shown = decisions.length
    },
    end(summary) {
      write(`${JSON.stringify({ summary })}\n`)
    },
    close: () => undefined,
  }
}
