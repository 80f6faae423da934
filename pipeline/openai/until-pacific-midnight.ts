const DAY_MS = 86_400_000

const pacificTime = new Intl.DateTimeFormat('en-US', {
  timeZone: 'America/Los_Angeles',
  hourCycle: 'h23',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
})

/** How long until the next midnight in California, in milliseconds: when Google fills the quotas of a day again. */
export function untilPacificMidnight(nowMs: number): number {
  const waitMs = DAY_MS - sinceMidnight(nowMs)
  // Where the clocks are changed in between, the day is an hour shorter or longer.
  const offMs = sinceMidnight(nowMs + waitMs)
  return waitMs + (offMs < DAY_MS / 2 ? -offMs : DAY_MS - offMs)
}

function sinceMidnight(timeMs: number): number {
  const parts = pacificTime.formatToParts(timeMs)
  const numberOf = (type: 'hour' | 'minute' | 'second') =>
    Number(parts.find(part => part.type === type)?.value)
  return ((numberOf('hour') * 60 + numberOf('minute')) * 60 + numberOf('second')) * 1000 + (timeMs % 1000)
}
