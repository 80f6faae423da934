import type { SimulatorSettings } from '../parse-simulator-settings.ts'
import type { Headers } from './provider.ts'

/** Says how long to wait in one of the forms in which it is said; rounded up, so that nobody comes too early. */
export function retryAfterHeaders(
  waitMs: number,
  form: SimulatorSettings['retryAfterForm'],
  epochMs: number,
): Headers {
  switch (form) {
    case 'seconds':
      return { 'retry-after': `${Math.ceil(waitMs / 1000)}` }
    case 'milliseconds':
      return { 'retry-after-ms': `${Math.ceil(waitMs)}` }
    case 'date':
      return { 'retry-after': new Date(Math.ceil((epochMs + waitMs) / 1000) * 1000).toUTCString() }
  }
}
