import { concatMap, EMPTY, type Observable, tap } from 'rxjs'
import type { Lane, LaneSignal } from '../../operators/lanes/lane.ts'

/** Notes what lanes deliver, and hands each signal on. */
export function watchLanes() {
  const seen = {
    lanes: new Array<Lane>(),
    signals: new Array<LaneSignal>(),
    values: new Array<string>(),
    committed: 0,
    atEnd: false,
    follow: (
      lane: Lane,
      then: (signal: LaneSignal) => Observable<unknown> = () => EMPTY,
    ): Observable<unknown> => {
      seen.lanes.push(lane)
      return lane.signals$.pipe(
        tap(signal => {
          seen.signals.push(signal)
          if (signal.kind === 'records') seen.values.push(...signal.records.map(({ value }) => String(value)))
          seen.atEnd = signal.kind === 'end' || signal.atEnd
        }),
        concatMap(then),
        tap(() => {
          seen.committed++
        }),
      )
    },
  }
  return seen
}
