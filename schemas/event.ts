import { z } from 'zod'

/** Longest `event_id`, `event_type` and key, in characters. */
export const NAME_CHARACTERS_MAX = 256

/** An event as every stage sees it: complete, its time in ISO-8601 UTC with milliseconds. */
export const eventSchema = z.object({
  event_id: z.string().min(1).max(NAME_CHARACTERS_MAX),
  event_type: z.string().min(1).max(NAME_CHARACTERS_MAX),
  source: z.string(),
  timestamp: z.iso.datetime({ precision: 3 }),
  context_key: z.string().max(NAME_CHARACTERS_MAX),
  data: z.record(z.string(), z.unknown()),
})

export type Event = z.infer<typeof eventSchema>

/** Where a record came from. */
export const coordinatesSchema = z.object({
  topic: z.string(),
  partition: z.int().min(0),
  /** A decimal string on every wire. */
  offset: z.string().regex(/^\d+$/),
  /** The record's timestamp on its topic, epoch milliseconds. */
  timestamp: z.int(),
})

export type Coordinates = z.infer<typeof coordinatesSchema>
