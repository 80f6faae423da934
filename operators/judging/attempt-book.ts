/** Requests that a lane has sent and that no committed decision names yet, by model; in flight or answered. */
export class AttemptBook {
  private readonly open = new Map<string, number>()

  sent(model: string): void {
    this.add(model, 1)
  }

  /** So many of them are named in a committed decision, or were counted as abandoned one by one. */
  settled(model: string, count: number): void {
    this.add(model, -count)
  }

  /** What is lost when the lane is. */
  get unsettled(): readonly { readonly model: string; readonly count: number }[] {
    return [...this.open].map(([model, count]) => ({ model, count }))
  }

  private add(model: string, count: number): void {
    const left = (this.open.get(model) ?? 0) + count
    if (left === 0) this.open.delete(model)
    else this.open.set(model, left)
  }
}
