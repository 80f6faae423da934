/** The requests in flight over time. Times are milliseconds and never go back. */
export interface Places {
  readonly held: number
  readonly heldMax: number
  /** How long they were held together since the start: two for a second are 2,000. */
  heldMs(nowMs: number): number
  enter(nowMs: number): void
  leave(nowMs: number): void
}

/** Creates the count of requests in flight: none yet. */
export function createPlaces(): Places {
  let held = 0
  let heldMax = 0
  let totalMs = 0
  let countedMs = 0
  const change = (by: number, nowMs: number): void => {
    totalMs += held * (nowMs - countedMs)
    countedMs = nowMs
    held += by
    heldMax = Math.max(heldMax, held)
  }
  return {
    get held() {
      return held
    },
    get heldMax() {
      return heldMax
    },
    heldMs: nowMs => totalMs + held * (nowMs - countedMs),
    enter: nowMs => {
      change(1, nowMs)
    },
    leave: nowMs => {
      change(-1, nowMs)
    },
  }
}
