import { asyncScheduler, type SchedulerLike } from 'rxjs'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { ModelGatesOptions } from '../../model-gates.ts'
import { AnswersFile } from '../answers/answers-file.ts'
import type { KnownAnswers } from '../answers/known-answers.ts'
import type { BacktestModel } from '../backtest-model.ts'
import type { AnswerCounts } from './answer-counts.ts'
import { AskingLimit } from './asking-limit.ts'
import { calibratedEstimate } from './calibrated-estimate.ts'
import { journalModel } from './journal-model.ts'
import { type Latency, latencyOf } from './latency-of.ts'
import { LiveModel, type LiveModelOptions } from './live-model.ts'
import { readScript } from './read-script.ts'
import { scriptModel } from './script-model.ts'
import { unaskedModel } from './unasked-model.ts'

export interface OpenBacktestModelOptions extends Pick<ModelGatesOptions, 'connect' | 'reading$'> {
  readonly mode: BacktestReport['model']['mode']
  readonly models: Config['models']
  /** What is recorded. */
  readonly known: KnownAnswers
  /** Where the answers of models that are asked are kept; nowhere where it is absent. */
  readonly keepIn?: string | undefined
  /** The answers of `scripted`. */
  readonly scriptFile?: string | undefined
  readonly latency: Latency
  readonly budgetUsd: number | null
  readonly callsMax: number | null
  readonly wall?: SchedulerLike
}

/** The model of a backtest, from its opening to its end. */
export interface OpenedModel extends BacktestModel {
  readonly counts: Readonly<AnswerCounts>
  /** What stopped it from asking; null while nothing did. */
  readonly spent: AskingLimit['spent']
  close(): void
}

/** Opens who is to answer the questions of a backtest. */
export function openBacktestModel(options: OpenBacktestModelOptions): OpenedModel {
  const counts = { known: 0, asked: 0, missing: 0 }
  const { budgetUsd, callsMax, keepIn, mode } = options
  const limit = new AskingLimit({ budgetUsd, callsMax })
  if (mode === 'live' && options.latency === 'recorded') {
    // Each answer would change what the next run draws from.
    const message =
      '--latency recorded draws from the answers, and --model live adds to them: run it live first, and then with --answers alone'
    throw new PipelineError('config_invalid', message)
  }
  const latency = latencyOf(options.latency, options.known)
  const file = mode === 'live' && keepIn !== undefined ? new AnswersFile(keepIn) : null
  return {
    ...answering(options, { counts, limit, file }),
    latencyOf: latency,
    counts,
    get spent() {
      return limit.spent
    },
    close: () => file?.close(),
  }
}

interface Kept {
  readonly counts: AnswerCounts
  readonly limit: AskingLimit
  readonly file: AnswersFile | null
}

function answering(options: OpenBacktestModelOptions, kept: Kept): Omit<BacktestModel, 'latencyOf'> {
  const { mode, known, models, scriptFile, wall = asyncScheduler } = options
  const { counts } = kept
  const calibration = calibratedEstimate(known)
  const { estimate } = calibration
  switch (mode) {
    case 'none':
      return { connect: unaskedModel({ known, calibration }) }
    case 'scripted': {
      const model = scriptModel(readScript(scriptFile ?? ''), counts)
      return { connect: () => model }
    }
    case 'journal':
      return { connect: journalModel({ known, models, counts, estimate }) }
    case 'live': {
      const { connect, reading$ } = options
      const keep: LiveModelOptions['keep'] = answer => kept.file?.append(answer)
      const live = new LiveModel({
        ...{ known, models, counts, estimate, keep, wall, limit: kept.limit, random: Math.random },
        ...(connect && { connect }),
        ...(reading$ && { reading$ }),
      })
      return { connect: live.connect, broken$: live.broken$ }
    }
  }
}
