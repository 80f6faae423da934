import type { LogHeaders, LogRecord } from '../../../operators/lanes/lane.ts'

const HEADER = 'llmtrigger-write'

/** Tells whose write a record is of: where it is not known whether one took effect, its mark says so. */
export const writeMark = {
  encode: (mark: string): LogHeaders => ({ [HEADER]: mark }),
  /** Undefined where another program wrote the record. */
  decode: ({ headers }: Pick<LogRecord, 'headers'>): string | undefined => headers[HEADER]?.toString(),
}
