import { estimateTokens } from './estimate-tokens.ts'
import { renderEvent } from './render-event.ts'
import type { Event } from '../../schemas/event.ts'

export interface FittedEvents {
  /** One line of JSON for each event that is shown, in order of arrival. */
  readonly lines: readonly string[]
  /** What identifies the shown events, without their ids. */
  readonly contents: readonly string[]
  /** How many of the oldest are left out. */
  readonly eventsCut: number
  /** How much of the newest event's JSON is left out because it alone is over the budget. */
  readonly charactersCut: number
}

/** Keeps the newest events whole within the budget; when not even the newest fits, it is cut and says so. */
export function fitEvents(events: readonly Event[], tokensMax: number): FittedEvents {
  const lines: string[] = []
  const contents: string[] = []
  let tokensLeft = tokensMax
  for (const event of events.toReversed()) {
    const { line, content } = renderEvent(event)
    tokensLeft -= estimateTokens(line) + 1
    if (tokensLeft < 0) break
    lines.push(line)
    contents.push(content)
  }
  const newest = events.at(-1)
  if (lines.length === 0 && newest !== undefined) return cutEvent(newest, events.length - 1, tokensMax)
  return {
    lines: lines.reverse(),
    contents: contents.reverse(),
    eventsCut: events.length - lines.length,
    charactersCut: 0,
  }
}

function cutEvent(event: Event, eventsCut: number, tokensMax: number): FittedEvents {
  const { line, content } = renderEvent(event)
  const kept = prefixWithin(line, tokensMax)
  const charactersCut = line.length - kept.length
  const mark = ` [cut: ${charactersCut} of ${line.length} characters left out]`
  return { lines: [kept + mark], contents: [content], eventsCut, charactersCut }
}

function prefixWithin(text: string, tokensMax: number): string {
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (estimateTokens(text.slice(0, middle)) <= tokensMax) low = middle
    else high = middle - 1
  }
  // A pair that is cut in half loses its first half too.
  return text.slice(0, low).replace(/[\uD800-\uDBFF]$/, '')
}
