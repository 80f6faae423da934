import { z } from 'zod'
import { eventSchema } from './event.ts'
import { ruleTypes, triggerModes } from './rule.ts'

/** The newest events that an alert carries whole: at most so many, and so many bytes of JSON. */
export const ALERT_EVENTS_MAX = 20
export const ALERT_EVENTS_BYTES_MAX = 256 * 1024

/** What downstream systems consume: one for each decision whose outcome is `triggered`. */
export const alertSchema = z.object({
  alert_id: z.string(),
  rule_id: z.string(),
  rule_version: z.int(),
  rule_name: z.string(),
  rule_type: z.enum(ruleTypes),
  trigger_mode: z.enum(triggerModes).nullable(),
  key: z.string(),
  priority: z.int(),
  confidence: z.number().nullable(),
  reason: z.string().nullable(),
  raised_at: z.string(),
  event_count: z.int(),
  event_ids: z.array(z.string()),
  events: z.array(eventSchema),
  events_omitted: z.int(),
  model: z.string().nullable(),
})

export type Alert = z.infer<typeof alertSchema>
