import type { OutputRecord } from '../operators/lanes/lane.ts'
import type { Stage, Telemetry } from '../operators/telemetry.ts'
import { deadLetterReasonSchema } from '../schemas/failure.ts'

export interface ReportDeadLettersOptions {
  readonly stage: Stage
  /** The dead-letter topic. */
  readonly topic: string
  readonly telemetry: Pick<Telemetry, 'deadLettered'>
}

/** Counts the dead letters among committed outputs, by the reason in their header. */
export function reportDeadLetters(outputs: readonly OutputRecord[], options: ReportDeadLettersOptions): void {
  for (const { topic, headers } of outputs) {
    if (topic !== options.topic) continue
    const reason = deadLetterReasonSchema.safeParse(headers?.['llmtrigger-reason'])
    if (reason.success) options.telemetry.deadLettered(options.stage, reason.data)
  }
}
