import { z } from 'zod'
import { coordinatesSchema, eventSchema } from './event.ts'
import { ruleTypes } from './rule.ts'

/** One event that passed one rule: what ROUTE hands to DECIDE. */
export const workSchema = z.object({
  work_id: z.string().min(1),
  rule_id: z.string().min(1),
  rule_type: z.enum(ruleTypes),
  rule_version: z.int().min(1),
  /** How far the ROUTE that wrote this had read the rules topic. */
  rules_offset: z.string(),
  key: z.string(),
  event: eventSchema,
  source: coordinatesSchema,
})

export type Work = z.infer<typeof workSchema>
