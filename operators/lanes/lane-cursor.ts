import { encodeCursor } from './encode-cursor.ts'

/**
 * Where the journal must be read from after a restart: its end when the lane's lowest unfinished offset was first delivered.
 * Committed beside the offset as `1;<cursor>;<crc>`.
 */
export interface LaneCursor {
  /** Called when `offset` is taken for the first time by this incarnation. */
  delivered(offset: number): void
  /** The journal has grown to here. */
  journalEndsAt(offset: number): void
  metadata(watermark: number): string
}

export interface LaneCursorOptions {
  readonly cursor: number
  readonly journalEnd: number
  /**
   * The highest offset that the journal decides. Offsets up to it were first delivered to an earlier incarnation, so they keep
   * the cursor that was read: taking the journal's present end would put earlier decisions before the cursor.
   */
  readonly known: number
}

/** Follows the cursor of one lane; holds one mark for each growth of the journal since the watermark was delivered. */
export function laneCursor({ cursor, journalEnd, known }: LaneCursorOptions): LaneCursor {
  const marks: { readonly from: number; readonly cursor: number }[] = []
  let current = cursor
  let end = journalEnd
  return {
    delivered(offset) {
      if (offset <= known || end === (marks.at(-1)?.cursor ?? current)) return
      marks.push({ from: offset, cursor: end })
    },
    journalEndsAt(offset) {
      if (offset > end) end = offset
    },
    metadata(watermark) {
      let passed = 0
      for (const mark of marks) {
        if (mark.from > watermark) break
        current = mark.cursor
        passed++
      }
      if (passed > 0) marks.splice(0, passed)
      return encodeCursor(current)
    },
  }
}
