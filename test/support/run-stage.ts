import { type Observable, Subject } from 'rxjs'
import type { Lane, LaneSubscription, RunLanes, StageStatus } from '../../operators/lanes/lane.ts'

export interface RunningStage {
  readonly statuses: readonly StageStatus[]
  /** Settles when the stage completes or errors. */
  readonly done: Promise<void>
  /** Stops it as a signal to the process does. */
  stop(): Promise<void>
  /** Unsubscribes, without waiting for anything. */
  cut(): void
}

/** A stage that runs until it is stopped. */
export function runStage(
  runLanes: RunLanes,
  subscription: Omit<LaneSubscription, 'stage' | 'stopping$'> & Partial<Pick<LaneSubscription, 'stage'>>,
  chain: (lane: Lane) => Observable<unknown>,
): RunningStage {
  const stopping$ = new Subject<void>()
  const statuses: StageStatus[] = []
  let cut = (): void => {}
  const done = new Promise<void>((resolve, reject) => {
    const running = runLanes({ stage: 'decide', stopping$, ...subscription }, chain).subscribe({
      next: status => statuses.push(status),
      error: reject,
      complete: resolve,
    })
    cut = () => {
      running.unsubscribe()
    }
  })
  const stop = (): Promise<void> => {
    stopping$.next()
    return done
  }
  return {
    statuses,
    done,
    stop,
    cut: () => {
      cut()
    },
  }
}
