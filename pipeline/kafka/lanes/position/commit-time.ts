/** The metadata of a commit by a stage that keeps nothing else there: when it was made, in epoch milliseconds. */
export const commitTime = {
  encode: (atMs: number): string => `at=${Math.floor(atMs)}`,
  /** Null where it says nothing: nothing is committed, or by an earlier version. */
  decode: (metadata: string): number | null => {
    const [, digits] = /^at=(\d{1,15})\0*$/.exec(metadata) ?? []
    return digits === undefined ? null : Number(digits)
  },
}
