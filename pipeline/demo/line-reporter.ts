import type { DemoReporter } from './demo-reporter.ts'
import { describeDecision } from './describe-decision.ts'
import type { Paint } from './paint-line.ts'
import { renderSummary } from './render-summary.ts'

/** A file or a pipe has no width; this one reads well. */
const COLUMNS = 100

/** Writes a line for each decision, for outputs that are no terminal. */
export function lineReporter(write: (text: string) => void): DemoReporter {
  let shown = 0
  return {
    show({ decisions }) {
      for (const decision of decisions.slice(shown)) {
        const { time, subject, closed, verdict, reason } = describeDecision(decision)
        const mark = decision.outcome === 'triggered' ? 'ALERT' : '     '
        const said = typeof verdict === 'string' ? verdict : verdict.text
        write(`${time} ${mark} ${subject}, ${closed}: ${said}: ${reason}\n`)
      }
      shown = decisions.length
    },
    end(summary) {
      for (const line of renderSummary(summary, { columns: COLUMNS, paint: plain })) write(`${line}\n`)
    },
    close: () => undefined,
  }
}

const plain: Paint = (_style, text) => text
