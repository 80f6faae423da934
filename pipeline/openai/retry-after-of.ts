const SECONDS = /^\d+(?:\.\d+)?$/
// Date.parse takes much more, "-1" among it.
const HTTP_DATE = /^[A-Z][a-z]+, /

/**
 * How long the provider asks to wait, in milliseconds: `retry-after-ms`, else `Retry-After` as seconds or as a date.
 * A date is compared with the provider's own clock where it tells it.
 */
export function retryAfterOf(headers: Headers, nowMs: number): number | undefined {
  const milliseconds = headerOf(headers, 'retry-after-ms')
  if (SECONDS.test(milliseconds)) return Math.ceil(Number(milliseconds))
  const value = headerOf(headers, 'retry-after')
  if (SECONDS.test(value)) return Math.ceil(Number(value) * 1000)
  const untilMs = dateOf(value)
  return untilMs === undefined
    ? undefined
    : Math.max(0, untilMs - (dateOf(headerOf(headers, 'date')) ?? nowMs))
}

function headerOf(headers: Headers, name: string): string {
  return headers.get(name)?.trim() ?? ''
}

function dateOf(value: string): number | undefined {
  const timeMs = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(timeMs) ? undefined : timeMs
}
