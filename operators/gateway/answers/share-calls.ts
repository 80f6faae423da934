import { AsyncSubject, defer, map, NEVER, type Observable, of, share, tap } from 'rxjs'

export interface ShareCallsOptions {
  /** Most calls in flight that others may join; a call beyond is made for whoever asked for it alone. */
  readonly callsMax: number
}

export interface SharedReply<T> {
  readonly reply: T
  /** Whether the call is that of an earlier subscriber. */
  readonly isShared: boolean
}

/** Calls in flight that others with the same question may join. */
export interface SharedCalls<T> {
  readonly inFlight: number
  /** `runsOn`: whether the call goes on when nobody waits for it any more; asked when the last one leaves. */
  share(hash: string, call$: Observable<T>, runsOn?: () => boolean): Observable<SharedReply<T>>
}

/**
 * Makes identical calls in flight one.
 *
 * Shape:  each subscriber gets the one reply of the call when it has ended. The first subscriber of a hash makes it.
 * Time:   that of the call; a call that nobody waits for any more is bounded by its own timeout alone.
 * State:  the calls in flight, at most `callsMax`. Those who wait are as many as the caller subscribes.
 * Errors: those of the call, for all that wait for it; the next to come makes a new one. Unsubscribing leaves the others be;
 *         the last to leave aborts the call unless it runs on, and then its error reaches nobody.
 */
export function shareCalls<T>({ callsMax }: ShareCallsOptions): SharedCalls<T> {
  const inFlight = new Map<string, Observable<T>>()
  const begin = (hash: string, call$: Observable<T>, runsOn: () => boolean) => {
    // Before the reply goes on: whoever asks again on account of it makes a new call.
    const end = () => inFlight.delete(hash)
    const shared$: Observable<T> = call$.pipe(
      tap({ subscribe: () => inFlight.set(hash, shared$), complete: end, error: end, unsubscribe: end }),
      share({
        connector: () => new AsyncSubject<T>(),
        resetOnRefCountZero: () => (runsOn() ? NEVER : of(true)),
      }),
    )
    return shared$
  }
  return {
    get inFlight() {
      return inFlight.size
    },
    share: (hash, call$, runsOn = () => false) =>
      defer(() => {
        const joined$ = inFlight.get(hash)
        if (joined$ !== undefined) return joined$.pipe(map(reply => ({ reply, isShared: true })))
        const own$ = inFlight.size < callsMax ? begin(hash, call$, runsOn) : call$
        return own$.pipe(map(reply => ({ reply, isShared: false })))
      }),
  }
}
