import type { SchedulerLike } from 'rxjs'
import type { Event } from '../../schemas/event.ts'
import { coversType } from '../matching/covers-type.ts'

export interface FieldSketchOptions {
  readonly clock: Pick<SchedulerLike, 'now'>
  /** Most event types that are remembered; past it the one looked into longest ago is forgotten. */
  readonly typesMax?: number
  /** Most fields of one type; of one that has more, nothing is said. */
  readonly fieldsMax?: number
  /** Most events that are looked into in one second. */
  readonly perSecondMax?: number
  /** The first events of a type are all looked into, so that rare ones are known soon; then one in so many. */
  readonly oneIn?: number
}

/** Names below an event that are looked at: `data.a.b.c.d` has five. */
export const FIELD_DEPTH_MAX = 5

const FIRST_EVENTS = 8

/** What an expression writes after a dot; other names, such as ids that are used as such, take no room. */
const NAME = /^[A-Za-z_]\w{0,63}$/

const envelope = ['event_id', 'event_type', 'source', 'timestamp', 'context_key', 'data']

interface SeenType {
  events: number
  /** It has more than are kept. */
  isOver: boolean
  readonly fields: Set<string>
}

/**
 * Remembers which fields the recent events of each type have, from a sample of them.
 *
 * Time:   that of `clock`, to bound the work of one second.
 * State:  at most `typesMax` types with `fieldsMax` names each.
 * Errors: none.
 */
export class FieldSketch {
  private readonly types = new Map<string, SeenType>()
  private readonly options: Required<FieldSketchOptions>
  private offered = 0
  private second = 0
  private looked = 0

  constructor({ clock, typesMax = 500, fieldsMax = 200, perSecondMax = 20, oneIn = 64 }: FieldSketchOptions) {
    this.options = { clock, typesMax, fieldsMax, perSecondMax, oneIn }
  }

  /** An event has come; most are passed over. */
  offer(event: Event): void {
    this.offered += 1
    const isTurn = this.offered % this.options.oneIn === 0
    // The clock is asked seldom: that alone would cost more than all the rest.
    if (!isTurn && this.looked >= this.options.perSecondMax) return
    const seen = this.types.get(event.event_type)
    if (!isTurn && seen !== undefined && seen.events >= FIRST_EVENTS) return
    if (this.hasTime()) this.look(event, seen ?? { events: 0, isOver: false, fields: new Set() })
  }

  /**
   * The fields that events of these types have, such as `data.volume`; types are named as in a rule. Null where that
   * is not known: no such event came yet, or one type has more fields than are kept.
   */
  fieldsOf(eventTypes: readonly string[]): ReadonlySet<string> | null {
    const seen = [...this.types].filter(([type]) => eventTypes.some(named => coversType(named, type)))
    if (seen.length === 0 || seen.some(([, { isOver }]) => isOver)) return null
    return new Set([...envelope, ...seen.flatMap(([, { fields }]) => [...fields])])
  }

  private hasTime(): boolean {
    const second = Math.floor(this.options.clock.now() / 1000)
    if (second !== this.second) this.looked = 0
    this.second = second
    this.looked += 1
    return this.looked <= this.options.perSecondMax
  }

  private look({ event_type: type, data }: Event, seen: SeenType): void {
    seen.events += 1
    this.add(seen, data, ['data'])
    this.types.delete(type)
    this.types.set(type, seen)
    const [oldest] = this.types.keys()
    if (this.types.size > this.options.typesMax && oldest !== undefined) this.types.delete(oldest)
  }

  private add(seen: SeenType, value: object, above: readonly string[]): void {
    for (const [name, inner] of Object.entries(value)) {
      if (!NAME.test(name)) continue
      const path = [...above, name]
      const field = path.join('.')
      if (!seen.fields.has(field) && seen.fields.size >= this.options.fieldsMax) {
        seen.isOver = true
        return
      }
      seen.fields.add(field)
      if (isFields(inner) && path.length < FIELD_DEPTH_MAX) this.add(seen, inner, path)
    }
  }
}

function isFields(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
