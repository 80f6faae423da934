import { z } from 'zod'

/** How far a replay is, so that another one can go on with it. */
export const replayStateSchema = z.object({
  llmtrigger_replay: z.literal(1),
  /** What the file was, and how it was replayed: with anything else the counts below mean nothing. */
  of: z.object({
    bytes: z.int(),
    begin_sha256: z.string(),
    selection: z.string(),
    targets: z.array(z.string()),
  }),
  /** By target partition, the last record that was acknowledged, counted from 0 in the file. */
  acknowledged: z.record(z.string(), z.int()),
  /** How many they are. */
  records: z.int(),
  /** Every record that was sent has been acknowledged, or certainly not been written. */
  is_exact: z.boolean(),
  at: z.string(),
})

export type ReplayState = z.infer<typeof replayStateSchema>
