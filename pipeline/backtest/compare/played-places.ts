import type { Decision } from '../../../schemas/decision.ts'

/** Where an event lies in what was recorded. */
export interface Place {
  readonly lane: string
  readonly offset: number
}

export type PlaceOf = (decision: Decision, event: Decision['events'][number]) => Place

/** Which part of each partition was played: from its lowest to its highest offset. */
export class PlayedPlaces {
  private readonly parts = new Map<string, { from: number; to: number }>()

  played({ lane, offset }: Place): void {
    const part = this.parts.get(lane)
    if (part === undefined) this.parts.set(lane, { from: offset, to: offset })
    else {
      part.from = Math.min(part.from, offset)
      part.to = Math.max(part.to, offset)
    }
  }

  /** It may still come. */
  isAhead({ lane, offset }: Place): boolean {
    return offset > (this.parts.get(lane)?.to ?? -Infinity)
  }

  has({ lane, offset }: Place): boolean {
    const part = this.parts.get(lane)
    return part !== undefined && part.from <= offset && offset <= part.to
  }
}
