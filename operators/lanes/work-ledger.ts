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

const HELD = 0
const PASSED = 1
/** Finished, or a repeat: it holds up nothing. */
const DONE = 2
type State = typeof HELD | typeof PASSED | typeof DONE

/** Finished entries in the columns before they are made anew. */
const FINISHED_MAX = 1024

/** Starts at the committed offset. Holds one entry for each offset from the watermark on that was taken. */
export function workLedger(committedOffset: number): WorkLedger {
  const taken = new TakenOffsets()
  // A repeat stays on the books until it is named or forgotten, and the watermark may have gone over it by then.
  const dropped = new Set<number>()
  let position = committedOffset
  return {
    take(offset, arrivedAtMs) {
      if (offset < position) throw new Error(`offset ${offset} taken after ${position}`)
      taken.add(offset, arrivedAtMs)
      position = offset + 1
    },
    pass(offset) {
      taken.move(offset, HELD, PASSED)
    },
    drop(offset) {
      taken.move(offset, HELD, DONE)
      dropped.add(offset)
    },
    finish(offset) {
      if (!dropped.delete(offset)) taken.move(offset, PASSED, DONE)
    },
    passTo: offset => {
      position = Math.max(position, offset)
    },
    get position() {
      return position
    },
    get watermark() {
      return taken.lowest ?? position
    },
    get lowestHeld() {
      return taken.lowestHeld ?? position
    },
    get oldestArrivedAtMs() {
      return taken.oldestArrivedAtMs ?? null
    },
    get ahead() {
      return taken.ahead
    },
  }
}

/** A queue with two moving heads, in columns, since an object for each offset takes four times the room. */
class TakenOffsets {
  private offsets: number[] = []
  private arrivals: number[] = []
  private states: State[] = []
  /** Of the lowest offset that is not finished; those before it are dropped in bulk. */
  private head = 0
  private heldHead = 0
  private held = 0

  get lowest(): number | undefined {
    return this.offsets[this.head]
  }

  get lowestHeld(): number | undefined {
    return this.offsets[this.heldHead]
  }

  get oldestArrivedAtMs(): number | undefined {
    return this.arrivals[this.head]
  }

  get ahead(): number {
    return this.states.length - this.heldHead - this.held
  }

  add(offset: number, arrivedAtMs: number): void {
    this.offsets.push(offset)
    this.arrivals.push(arrivedAtMs)
    this.states.push(HELD)
    this.held++
  }

  /** Only what is held, or what is in the state `orFrom`, may move. */
  move(offset: number, orFrom: State, to: State): void {
    const index = indexOf(this.offsets, offset)
    const state = this.states[index]
    if (state !== HELD && state !== orFrom) throw new Error(`offset ${offset} is not held`)
    if (state === HELD) this.held--
    this.states[index] = to
    this.settle()
  }

  private settle(): void {
    const { states } = this
    while (states[this.head] === DONE) this.head++
    while (this.heldHead < states.length && states[this.heldHead] !== HELD) this.heldHead++
    if (this.head < FINISHED_MAX || this.head * 2 < states.length) return
    this.offsets = this.offsets.slice(this.head)
    this.arrivals = this.arrivals.slice(this.head)
    this.states = states.slice(this.head)
    this.heldHead -= this.head
    this.head = 0
  }
}

/** Where `offset` is in `offsets`, which grow; -1 when it is not there. */
function indexOf(offsets: readonly number[], offset: number): number {
  let from = 0
  let to = offsets.length - 1
  while (from <= to) {
    const middle = (from + to) >> 1
    const found = offsets[middle] ?? Infinity
    if (found === offset) return middle
    if (found < offset) from = middle + 1
    else to = middle - 1
  }
  return -1
}
