import type { Check } from './check.ts'

export interface DeadlineOptions {
  readonly name: string
  readonly timeoutMs: number
  /** After this long, `onSlow` says that there is something to wait for. */
  readonly slowMs: number
  readonly onSlow: () => void
}

/** Waits for a check, but not for ever: one that does not end is itself what was found. */
export async function withDeadline(
  running: Promise<readonly Check[]>,
  { name, timeoutMs, slowMs, onSlow }: DeadlineOptions,
): Promise<readonly Check[]> {
  const slow = setTimeout(onSlow, slowMs)
  const { promise: expired, resolve } = Promise.withResolvers<readonly Check[]>()
  const fix = 'see whether something between here and there drops the connection'
  const late: Check = { name, status: 'failed', detail: `no answer within ${timeoutMs / 1000} s`, fix }
  const deadline = setTimeout(() => resolve([late]), timeoutMs)
  try {
    return await Promise.race([running, expired])
  } finally {
    clearTimeout(slow)
    clearTimeout(deadline)
  }
}
