import { z } from 'zod'
import type { RecordedRecord } from '../recordings/recorded-record.ts'

const typedSchema = z.object({ event_type: z.string() })

/** The type of a recorded event; what is no event goes to the dead-letter topic, and counts as arrived all the same. */
export function eventTypeOf({ value }: Pick<RecordedRecord, 'value'>): string {
  try {
    return typedSchema.safeParse(JSON.parse(String(value))).data?.event_type ?? 'unknown'
  } catch {
    return 'unknown'
  }
}
