import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { fromEvent, lastValueFrom, merge, type Observable, takeUntil } from 'rxjs'
import { demoConfig, demoStretch } from '../demo/demo-config.ts'
import type { DemoReporter } from '../demo/demo-reporter.ts'
import { findExamples } from '../demo/find-examples.ts'
import { jsonReporter } from '../demo/json-reporter.ts'
import { lineReporter } from '../demo/line-reporter.ts'
import { liveReporter, type LiveReporterOptions } from '../demo/live-reporter.ts'
import { playDemo } from '../demo/play-demo.ts'
import { readStretch } from '../demo/read-stretch.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { openaiModel } from '../openai/openai-model.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import { parseSimulatorSettings } from '../simulator/parse-simulator-settings.ts'
import { startSimulator } from '../simulator/start-simulator.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'

export interface RunDemoOptions extends Pick<CommandContext, 'json' | 'terminal' | 'environment'> {
  /** How much faster than it was recorded. */
  readonly speed?: number | 'max'
}

const SPEED = 15
/** Long enough to see that the model is asked, short enough for a demo. */
const LATENCY_MS = 100
/** What a shell makes of an interrupted command. */
const EXIT_INTERRUPTED = 130

/** `demo`: the whole pipeline in this process, on a recorded stream and a simulated model. */
export async function runDemo(options: RunDemoOptions): Promise<number> {
  const { speed = SPEED, terminal } = options
  const examples = findExamples()
  const recording = join(examples, 'recordings', 'market-day')
  const records = await readStretch(`${recording}.ndjson.gz`, demoStretch)
  const { rules, problems } = loadRules([join(examples, 'rules')], { ids: 'required' })
  if (problems.length > 0) {
    for (const problem of problems) terminal.note(renderProblem(problem))
    return exitCode.ruleInvalid
  }
  const reporter = reporterFor(options, { ...spanOf(records), speed })
  const latencyMs = speed === 'max' ? 0 : LATENCY_MS
  const simulator = await startSimulator({
    port: 0,
    latencyMs,
    answers: readAnswers(join(recording, 'answers.json')),
  })
  try {
    const { baseUrl } = simulator
    const ask = openaiModel({ baseUrl, apiKey: undefined, model: 'simulated', timeoutMs: 10_000 })
    const config = demoConfig()
    const summary$ = playDemo({ config, rules, records, ask, speed, onProgress: reporter.show })
    const summary = await lastValueFrom(summary$.pipe(takeUntil(interrupted())), { defaultValue: null })
    if (summary === null) {
      reporter.close()
      terminal.note('interrupted')
      return EXIT_INTERRUPTED
    }
    reporter.end(summary)
    return exitCode.done
  } finally {
    reporter.close()
    await simulator.close()
  }
}

function readAnswers(file: string) {
  const answers: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return parseSimulatorSettings({ answers }).answers
}

function spanOf(records: readonly RecordedRecord[]): { startMs: number; endMs: number } {
  const startMs = records[0]?.timestampMs ?? 0
  return { startMs, endMs: records.at(-1)?.timestampMs ?? startMs }
}

function interrupted(): Observable<unknown> {
  return merge(fromEvent(process, 'SIGINT'), fromEvent(process, 'SIGTERM'))
}

type Scope = Pick<LiveReporterOptions, 'startMs' | 'endMs' | 'speed'>

function reporterFor({ json, environment }: RunDemoOptions, scope: Scope): DemoReporter {
  const { stdout } = process
  const write = (text: string) => void stdout.write(text)
  if (json) return jsonReporter(write)
  if (!stdout.isTTY || environment['TERM'] === 'dumb') return lineReporter(write)
  return liveReporter({
    ...scope,
    output: stdout,
    // This looks at NO_COLOR and at what the terminal can do.
    paint: (style, text) => styleText(style, text, { stream: stdout }),
    onExit: leave => process.once('exit', leave),
  })
}
