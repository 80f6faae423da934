import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { ExpectationWatch } from '../../backtest/assertions/expectation-watch.ts'
import { renderAssertions } from '../../backtest/assertions/render-assertions.ts'
import type { Assertion } from '../../backtest/assertions/assertion.ts'
import { openBacktestModel, type OpenedModel } from '../../backtest/models/open-backtest-model.ts'
import type { BacktestFindings } from '../../backtest/report/backtest-findings.ts'
import { reportPage } from '../../backtest/report/page/report-page.ts'
import { renderReport } from '../../backtest/report/render-report.ts'
import { renderProblem } from '../../documents/render-problem.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { BacktestOptions } from './backtest-options.ts'
import { playAndCompare } from './play-and-compare.ts'
import { type PlayRunOptions } from './play-run.ts'
import { playSweep } from './play-sweep.ts'
import { playedRecords } from './played-records.ts'
import { type PreparedBacktest, prepareBacktest } from './prepare-backtest.ts'
import { RunProgress } from './run-progress.ts'

/** What a shell makes of an interrupted command. */
const EXIT_INTERRUPTED = 130

/** `backtest`: what rules would have done with a recording, and what it would have cost. */
export async function backtest(options: BacktestOptions): Promise<number> {
  const { terminal } = options
  const preparation = await prepareBacktest(options)
  if (!preparation.ok) {
    for (const problem of preparation.problems) terminal.note(renderProblem(problem))
    return preparation.status
  }
  const { prepared } = preparation
  notePrices(prepared)
  const model = modelOf(prepared)
  const progress = new RunProgress(terminal)
  const out = options.decisionsOut === undefined ? null : openSync(options.decisionsOut, 'w')
  try {
    const watch = new ExpectationWatch({ maxima: options.maxima, expectation: prepared.expectation })
    const found = await play({
      ...{ prepared, model, progress, rules: prepared.rules, records: playedRecords(prepared) },
      onAlert: alert => {
        watch.alerted(alert)
      },
      ...(out !== null && {
        onDecision: (decision: Decision) => writeSync(out, `${JSON.stringify(decision)}\n`),
      }),
    })
    progress.end()
    if (found === null) {
      terminal.note(`interrupted after ${progress.line}`)
      return EXIT_INTERRUPTED
    }
    return tell(options, found, watch.assertions(found.report))
  } finally {
    progress.end()
    model.close()
    if (out !== null) closeSync(out)
  }
}

/** Calls that cost nothing are not what people expect to see. */
function notePrices({ options, config, rules }: PreparedBacktest): void {
  const asks = rules.some(({ rule_config }) => rule_config.llm_config !== undefined)
  const models = Object.values(config.models ?? {})
  const hasPrice = models.some(
    model => typeof model === 'object' && 'price' in model && model.price !== undefined,
  )
  if (asks && !hasPrice)
    options.terminal.note(
      'no model has a price, so that calls cost nothing: name a configuration with prices by --config',
    )
}

function play(run: PlayRunOptions): Promise<BacktestFindings | null> {
  return run.prepared.options.sweep.length > 0 ? playSweep(run) : playAndCompare(run)
}

function modelOf({ options, config, known }: PreparedBacktest): OpenedModel {
  const { mode, answersFile, scriptFile, latency, budgetUsd, maxima } = options
  return openBacktestModel({
    ...{ mode, known, latency, scriptFile, budgetUsd },
    models: config.models,
    keepIn: answersFile,
    callsMax: maxima.calls ?? null,
  })
}

function tell(options: BacktestOptions, found: BacktestFindings, assertions: readonly Assertion[]): number {
  const { json, terminal, htmlFile } = options
  if (htmlFile !== undefined) writeFileSync(htmlFile, reportPage(found))
  if (json) {
    const told = assertions.length === 0 ? undefined : assertions
    terminal.print(JSON.stringify({ ...found, assertions: told }))
  } else {
    terminal.print(renderReport(found, terminal))
    const lines = renderAssertions(assertions, terminal)
    if (lines.length > 0) terminal.print(`\n${lines.join('\n')}`)
  }
  if (htmlFile !== undefined) terminal.note(`the page is in ${htmlFile}`)
  return assertions.every(({ passed }) => passed) ? exitCode.done : exitCode.assertionFailed
}
