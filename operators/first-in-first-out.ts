/** Removed items in the row before it is made anew. */
const REMOVED_MAX = 1024

/** A row of things that wait, for one by one: an array moves all of its items whenever the first leaves. Bounded by its caller. */
export class FirstInFirstOut<T> {
  private row: (T | undefined)[] = []
  private head = 0

  get size(): number {
    return this.row.length - this.head
  }

  /** The one whose turn is next; undefined when nothing waits. */
  get first(): T | undefined {
    return this.row[this.head]
  }

  push(item: T): void {
    this.row.push(item)
  }

  shift(): T | undefined {
    if (this.size === 0) return undefined
    const item = this.row[this.head]
    // What has left must not live as long as the row.
    this.row[this.head++] = undefined
    if (this.head > REMOVED_MAX && this.head * 2 > this.row.length) {
      this.row = this.row.slice(this.head)
      this.head = 0
    }
    return item
  }
}
