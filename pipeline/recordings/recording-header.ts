import { z } from 'zod'
import { isoMs } from './iso-ms.ts'

/** The format that this program writes, and the newest that it reads. */
export const RECORDING_FORMAT = 1

const offset = z.string().regex(/^\d{1,16}$/, 'a decimal number as text')

/** The first line of a recording: what it was made of. Whoever makes one by hand may leave out all but the format. */
export const recordingHeaderSchema = z.object({
  llmtrigger_recording: z.literal(RECORDING_FORMAT),
  /** The version of the program that wrote it. */
  program: z.string().nullable().default(null),
  recorded_at: z
    .string()
    .refine(text => !Number.isNaN(isoMs(text)), 'an ISO-8601 time in UTC')
    .nullable()
    .default(null),
  topics: z
    .array(
      z.object({
        topic: z.string(),
        partitions: z.array(
          z.object({
            partition: z.int().min(0),
            from_offset: offset,
            /** Behind the last one that was to be read; null where it was to follow the topic. */
            to_offset: offset.nullable(),
          }),
        ),
      }),
    )
    .default([]),
  /** The range as it was asked for. */
  from: z.string().nullable().default(null),
  to: z.string().nullable().default(null),
})

export type RecordingHeader = z.infer<typeof recordingHeaderSchema>
