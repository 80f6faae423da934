/** Wakes the one who waits for something to come. */
export class Bell {
  private onRing: (() => void) | null = null

  ring(): void {
    this.onRing?.()
  }

  /** Whether it rings before so many milliseconds have passed. */
  async rings(patienceMs: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const patience = setTimeout(() => resolve(false), patienceMs)
    this.onRing = () => resolve(true)
    try {
      return await promise
    } finally {
      this.onRing = null
      clearTimeout(patience)
    }
  }
}
