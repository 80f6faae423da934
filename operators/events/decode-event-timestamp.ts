/**
 * Reads a point in time as ISO-8601 UTC with milliseconds; undefined where it is none.
 *
 * Taken: `YYYY-MM-DD`, alone or with `Thh:mm`, seconds, a fraction and a zone (without one it is UTC), and epoch
 * milliseconds as a number. A fraction is cut at milliseconds. Years have four digits.
 */
export function decodeEventTimestamp(value: unknown): string | undefined {
  if (typeof value === 'string') return isUsualForm(value) ? value : parse(value)
  return typeof value === 'number' ? fromEpoch(value) : undefined
}

const DIGIT_0 = 48
const USUAL_FORM = 'dddd-dd-ddTdd:dd:dd.dddZ'
const YEAR_0_MS = -62_167_219_200_000
const YEAR_10000_MS = 253_402_300_800_000

const isoForm =
  /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?)?$/

/** Nearly every event has this form already: it is checked without making anything. */
function isUsualForm(text: string): boolean {
  if (text.length !== USUAL_FORM.length) return false
  for (let index = 0; index < USUAL_FORM.length; index += 1) {
    const wanted = USUAL_FORM.charCodeAt(index)
    const code = text.charCodeAt(index)
    const fits = wanted === D ? code >= DIGIT_0 && code <= DIGIT_0 + 9 : code === wanted
    if (!fits) return false
  }
  return isCalendarDay(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10)) && isTimeOfDay(text)
}

const D = 'd'.charCodeAt(0)

function isTimeOfDay(text: string): boolean {
  return number(text, 11, 13) < 24 && number(text, 14, 16) < 60 && number(text, 17, 19) < 60
}

function number(text: string, from: number, to: number): number {
  let result = 0
  for (let index = from; index < to; index += 1) result = result * 10 + text.charCodeAt(index) - DIGIT_0
  return result
}

const daysOf = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  return day <= (month === 2 && isLeap(year) ? 29 : (daysOf[month - 1] ?? 0))
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function parse(text: string): string | undefined {
  const parts = isoForm.exec(text)
  if (parts === null) return undefined
  const part = (position: number, missing: string) => parts[position] ?? missing
  const time = `${part(2, '00:00')}:${part(3, '00')}.${part(4, '').slice(0, 3).padEnd(3, '0')}`
  const utc = `${part(1, '')}T${time}Z`
  const offset = { hours: Number(part(6, '0')), minutes: Number(part(7, '0')) }
  if (!isUsualForm(utc) || offset.hours > 23 || offset.minutes > 59) return undefined
  const offsetMs = (offset.hours * 60 + offset.minutes) * 60_000
  if (offsetMs === 0) return utc
  return fromEpoch(Date.parse(utc) + (part(5, '+') === '+' ? -offsetMs : offsetMs))
}

function fromEpoch(ms: number): string | undefined {
  // Also refuses NaN.
  if (!(ms >= YEAR_0_MS && ms < YEAR_10000_MS)) return undefined
  return new Date(Math.floor(ms)).toISOString()
}
