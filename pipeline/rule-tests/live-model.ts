import { catchError, defer, type Observable, type SchedulerLike, retry, tap, throwError, timer } from 'rxjs'
import type { AskModel } from '../../operators/asking/model.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { TestCall, TestModel } from './test-model.ts'

/** A call that fails is sent again so often, after so long. */
const RETRIES_MAX = 2
const RETRY_MS = 1000

/**
 * A model that is really asked, one call at a time, whatever answers the test has.
 *
 * The clock of a test stands still meanwhile, so that the gateway cannot wait for it: what still fails after two more
 * attempts makes the window undecided.
 */
export function liveModel(ask: AskModel, clock?: SchedulerLike): TestModel {
  const calls: TestCall[] = []
  return {
    calls,
    concurrency: 1,
    ask: request =>
      defer(() => {
        const place = calls.length
        const said = (answer: string) => {
          calls[place] = { messages: request.messages, answer }
        }
        said('')
        return ask(request).pipe(
          retry({ count: RETRIES_MAX, delay: error => delayOf(error, clock) }),
          tap(({ text }) => {
            said(text)
          }),
          catchError((error: unknown) => {
            if (!(error instanceof PipelineError)) throw error
            said(`nothing: ${error.code}: ${error.message}`)
            const message = `the model could not be asked: ${error.message}`
            return throwError(() => new PipelineError('model_request_rejected', message, { cause: error }))
          }),
        )
      }),
  }
}

function delayOf(error: unknown, clock?: SchedulerLike): Observable<unknown> {
  const isRetryable = error instanceof PipelineError && error.retryable
  return isRetryable ? timer(RETRY_MS, clock) : throwError(() => error)
}
