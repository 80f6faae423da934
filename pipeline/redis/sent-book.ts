import type { TokenUse } from '../../operators/gateway/quota.ts'
import type { SentPart, SentParts } from './quota-call.ts'

export interface QuotaWindows {
  readonly minuteMs: number
  readonly dayMs: number
  readonly jitterMs: number
}

export interface Sent {
  readonly atMs: number
  /** Below zero for what was charged and not used. */
  readonly tokens: TokenUse
  /** 0 for a correction. */
  readonly requests: 0 | 1
}

const CELLS = 60

/** What one worker sent within the windows of a minute and of a day; 62 cells of each at most, if no clock is set back. */
export class SentBook {
  private readonly windows: readonly { readonly spanMs: number; readonly cells: Map<number, Amount> }[]

  constructor({ minuteMs, dayMs, jitterMs }: QuotaWindows) {
    this.windows = [minuteMs, dayMs].map(ms => ({ spanMs: ms + jitterMs, cells: new Map() }))
  }

  add(nowMs: number, { atMs, tokens, requests }: Sent): void {
    this.forgetOld(nowMs)
    for (const { spanMs, cells } of this.windows) {
      const cell = Math.floor(atMs / (spanMs / CELLS))
      const [sent, input, output] = cells.get(cell) ?? [0, 0, 0]
      cells.set(cell, [sent + requests, input + tokens.input, output + tokens.output])
    }
  }

  held(nowMs: number): SentParts {
    this.forgetOld(nowMs)
    const [minute = [], day = []] = this.windows.map(({ spanMs, cells }) =>
      [...cells].map(([cell, amount]): SentPart => [
        Math.max(0, nowMs - (cell + 1) * (spanMs / CELLS)),
        ...amount,
      ]),
    )
    return { minute, day }
  }

  /** A cell is held until all of it is older than its window. */
  private forgetOld(nowMs: number): void {
    for (const { spanMs, cells } of this.windows) {
      for (const cell of cells.keys()) if ((cell + 1) * (spanMs / CELLS) + spanMs <= nowMs) cells.delete(cell)
    }
  }
}

type Amount = readonly [requests: number, input: number, output: number]
