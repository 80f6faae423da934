import type { Observable } from 'rxjs'
import type { AskModel } from '../../operators/asking/model.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'
import type { LatencyOf } from '../playing/call-turns.ts'

/** Who answers the questions of a backtest, in place of the models of the configuration. */
export interface BacktestModel {
  /** The port of one of them. */
  readonly connect: (model: RemoteModelConfig, name: string) => AskModel
  /** How long it takes to answer, in virtual milliseconds. */
  readonly latencyOf: LatencyOf
  /** Fails when nobody can answer any more, and then the run does; absent where that cannot be. */
  readonly broken$?: Observable<never>
}
