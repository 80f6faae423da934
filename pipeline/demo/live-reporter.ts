import type { DemoReporter } from './demo-reporter.ts'
import { demoView, type DemoViewOptions } from './demo-view.ts'
import type { Paint } from './paint-line.ts'
import { renderSummary } from './render-summary.ts'

/** The part of a terminal's output that is used here. */
export interface LiveOutput extends Pick<NodeJS.WritableStream, 'write'> {
  readonly columns: number
  readonly rows: number
  readonly writableNeedDrain: boolean
}

export interface LiveReporterOptions extends Pick<DemoViewOptions, 'startMs' | 'endMs' | 'speed'> {
  readonly output: LiveOutput
  readonly paint: Paint
  /** Told how to leave the terminal, for a process that ends without closing this. */
  readonly onExit: (leave: () => void) => void
}

/** Lines longer than this are hard to read, however wide the terminal is. */
const COLUMNS_MAX = 140

const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
// Terminals that know it show the frame at once; the others ignore it.
const frameStart = '\u001b[?2026h\u001b[H'
const frameEnd = '\u001b[J\u001b[?2026l'
const lineEnd = '\u001b[K'

/** Draws a panel that is redrawn in place, on a screen of its own, and then writes the summary. */
export function liveReporter(options: LiveReporterOptions): DemoReporter {
  const { output, paint, onExit } = options
  let open = false
  let drawn = ''
  const close = () => {
    if (!open) return
    open = false
    output.write(leave)
  }
  onExit(close)
  return {
    show(tally, { nowMs }) {
      if (!open) output.write(enter)
      open = true
      const columns = Math.min(output.columns, COLUMNS_MAX)
      const lines = demoView(tally, { ...options, columns, rows: output.rows, nowMs })
      const frame = lines.map(line => line + lineEnd).join('\r\n')
      // A frame that is not taken yet is not followed by another.
      if (frame === drawn || output.writableNeedDrain) return
      drawn = frame
      output.write(frameStart + frame + frameEnd)
    },
    end(summary) {
      close()
      const columns = Math.min(output.columns, COLUMNS_MAX)
      output.write(renderSummary(summary, { columns, paint }).join('\n') + '\n')
    },
    close,
  }
}
