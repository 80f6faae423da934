/** Which offsets of a lane are taken and not finished, and so how far its committed offset may go. */
export interface WorkLedger {
  /** Offsets must grow. What is taken is held until it is passed, dropped or finished. */
  take(offset: number, arrivedAtMs: number): void
  /** No decision will name it: the next commit finishes it. */
  pass(offset: number): void
  /** A repeat: finished by the decision that names it, or without one when nothing below it is left unfinished. */
  drop(offset: number): void
  finish(offset: number): void
  /** Everything below has been taken, control records and aborted ones included. */
  passTo(offset: number): void
  /** The next offset to take. */
  readonly position: number
  /** The lowest offset that is not finished: what may be committed. */
  readonly watermark: number
  /** The lowest offset that waits for its decision. */
  readonly lowestHeld: number
  /** When the record at the watermark arrived, epoch milliseconds; null when nothing is held. */
  readonly oldestArrivedAtMs: number | null
  /** Offsets beyond the lowest held one that need no decision of their own any more. */
  readonly ahead: number
}

type Unfinished = 'held' | 'passed' | 'dropped'

/** Starts at the committed offset. Holds one entry for each offset from the watermark on that was taken. */
export function workLedger(committedOffset: number): WorkLedger {
  const unfinished = new Map<number, Unfinished>()
  let position = committedOffset
  let held = 0
  // A queue with two moving heads: entries before the first are finished and are dropped in bulk.
  let taken: { readonly offset: number; readonly arrivedAtMs: number }[] = []
  let head = 0
  let heldHead = 0

  const stateAt = (index: number) => unfinished.get(taken[index]?.offset ?? -1)
  const settle = () => {
    while (head < taken.length && isPassable(stateAt(head))) head++
    while (heldHead < taken.length && stateAt(heldHead) !== 'held') heldHead++
    if (head < 1024 || head * 2 < taken.length) return
    taken = taken.slice(head)
    heldHead -= head
    head = 0
  }
  const release = (offset: number, state: Unfinished) => {
    if (unfinished.get(offset) !== 'held') throw new Error(`offset ${offset} ${state} and not held`)
    unfinished.set(offset, state)
    held--
    settle()
  }

  return {
    take(offset, arrivedAtMs) {
      if (offset < position) throw new Error(`offset ${offset} taken after ${position}`)
      unfinished.set(offset, 'held')
      taken.push({ offset, arrivedAtMs })
      position = offset + 1
      held++
    },
    pass: offset => release(offset, 'passed'),
    drop: offset => release(offset, 'dropped'),
    finish(offset) {
      if (unfinished.get(offset) === 'held') held--
      if (!unfinished.delete(offset)) throw new Error(`offset ${offset} finished and not held`)
      settle()
    },
    passTo: offset => {
      position = Math.max(position, offset)
    },
    get position() {
      return position
    },
    get watermark() {
      return taken[head]?.offset ?? position
    },
    get lowestHeld() {
      return taken[heldHead]?.offset ?? position
    },
    get oldestArrivedAtMs() {
      return taken[head]?.arrivedAtMs ?? null
    },
    get ahead() {
      return taken.length - heldHead - held
    },
  }
}

/** A repeat stays on the books until it is named or forgotten, but it holds up nothing. */
function isPassable(state: Unfinished | undefined): boolean {
  return state === undefined || state === 'dropped'
}
