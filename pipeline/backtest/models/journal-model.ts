import { of } from 'rxjs'
import type { BacktestModel } from '../backtest-model.ts'
import { knownModel, type KnownModelOptions, type UnknownQuestion } from './known-model.ts'

/** Answers from what is recorded, and asks nobody: a question that is not there stays without a verdict, and is counted. */
export function journalModel(options: Omit<KnownModelOptions, 'otherwise'>): BacktestModel['connect'] {
  const { counts } = options
  return knownModel({
    ...options,
    otherwise: ({ questionHash, name }: UnknownQuestion) => {
      counts.missing++
      const message = `no answer of ${name} is recorded for this question (${questionHash.slice(0, 16)}…)`
      const tokens = { input: 0, output: 0 }
      return of({ text: '', finish: 'stop', tokens, failure: { code: 'answer_missing', message } } as const)
    },
  })
}
