/** What the leader of a group tells a member along with its partitions. */
export interface LeaderNote {
  /** How many members the group has; null where the leader runs a version that does not say. */
  readonly members: number | null
  /** What is known to be committed. */
  readonly commits: Buffer
}

const END = '\n'

/** A line with the number of members before the commits, which are JSON of one line. */
export const leaderNote = {
  encode: (members: number, commits: Buffer): Buffer =>
    Buffer.concat([Buffer.from(`${members}${END}`), commits]),
  decode(told: Buffer): LeaderNote {
    const end = told.indexOf(END)
    const members = end < 0 ? NaN : Number(told.subarray(0, end).toString())
    if (!Number.isInteger(members) || members < 1) return { members: null, commits: told }
    return { members, commits: told.subarray(end + END.length) }
  },
} as const
