import { BehaviorSubject, defer, finalize } from 'rxjs'
import type { AskModel } from '../../operators/asking/model.ts'

export interface CountedModel {
  readonly ask: AskModel
  /** Calls in flight; down only after the answer has been worked off. */
  readonly inFlight$: BehaviorSubject<number>
}

/** Counts the calls to a model that are in flight. */
export function countCalls(ask: AskModel): CountedModel {
  const inFlight$ = new BehaviorSubject(0)
  return {
    inFlight$,
    ask: request =>
      defer(() => {
        inFlight$.next(inFlight$.value + 1)
        return ask(request).pipe(
          finalize(() => {
            inFlight$.next(inFlight$.value - 1)
          }),
        )
      }),
  }
}
