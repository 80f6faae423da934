const isoTime = /^(?:\d{4}|[+-]\d{6})-\d\d-(\d\d)T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?Z$/

/** Epoch milliseconds of an ISO-8601 time in UTC, NaN where it is none; what is finer than a millisecond is cut off. */
export function isoMs(text: string): number {
  const found = isoTime.exec(text)
  if (found === null) return NaN
  const ms = Date.parse(text)
  const day = Number(found[1])
  // The language takes the 31st of every month, and makes the first of the next of it.
  return day <= 28 || new Date(ms).getUTCDate() === day ? ms : NaN
}
