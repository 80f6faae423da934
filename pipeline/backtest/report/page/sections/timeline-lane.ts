import { countText } from '../../words/count-text.ts'
import { stepPath } from '../charts/step-path.ts'
import { markup, type Markup } from '../markup.ts'

type Counts = readonly number[]

export interface LaneFacts {
  readonly name: string
  readonly about: string
  /** Of a rule; of all events where there is but one series. */
  readonly series:
    | { readonly events: Counts }
    | {
        readonly matches: Counts
        /** Of a rule that asks a model. */
        readonly asked: { readonly windows: Counts; readonly calls: Counts } | null
        readonly alerts: Counts
      }
  /** Whether it takes little room. */
  readonly dense: boolean
}

interface Place {
  readonly y: number
  readonly height: number
  /** How many counts fill it; the most there are, where nothing is said. */
  readonly top?: number
  /** What is below is cut off. */
  readonly bottom?: number
}

/** Cut off at one, so that a single alert is as easily seen as many; and above the outline of nothing. */
const alertScale = { top: 1, bottom: 0.15 }

/** Where the bands of a lane lie. */
const roomy = {
  height: 46,
  events: { y: 2, height: 44 },
  matches: { y: 0, height: 22 },
  asked: { y: 24, height: 13 },
  alerts: { y: 39, height: 7, ...alertScale },
}
const tight: typeof roomy = {
  height: 34,
  events: { y: 2, height: 32 },
  matches: { y: 0, height: 15 },
  asked: { y: 16, height: 11 },
  alerts: { y: 28, height: 6, ...alertScale },
}

/** One lane of the timeline: what came in, what was asked, what was raised, with the sums beside it. */
export function timelineLane({ name, about, series, dense }: LaneFacts): Markup {
  const places = dense ? tight : roomy
  const incoming = 'events' in series ? series.events : series.matches
  const most = Math.max(...incoming, 0)
  const bands =
    'events' in series ? [band('events', series.events, places.events)] : ruleBands(series, places)
  const { height } = places
  return markup`<div class="lane"><div class="lane-name"><b title="${name}">${name}</b><span>${about}</span></div
    ><svg class="lane-plot" height="${height}" aria-hidden="true"><use href="#grid" />${bands}<text class="most" x="3" y="9">${
      most === 0 ? '' : countText(most)
    }</text><line class="cursor" y2="100%" /></svg><div class="lane-values">${Object.entries(countsOf(series)).map(([of, counts]) => value(of, counts))}</div></div>`
}

type RuleSeries = Exclude<LaneFacts['series'], { events: Counts }>

function ruleBands({ matches, asked, alerts }: RuleSeries, places: typeof roomy): readonly Markup[] {
  return [
    band('matches', matches, places.matches),
    ...(asked === null ? [] : askedBands(asked, places.asked)),
    band('alerts', alerts, places.alerts),
  ]
}

/** Calls before windows, on one scale; where each window is one call, one outline is both. */
function askedBands({ windows, calls }: NonNullable<RuleSeries['asked']>, place: Place): readonly Markup[] {
  const top = Math.max(...windows, ...calls, 0)
  const isSame = windows.every((count, step) => count === calls[step])
  if (isSame) return [band('calls windows', calls, place)]
  return [band('windows', windows, { ...place, top }), band('calls', calls, { ...place, top })]
}

/** A drawing of its own, stretched into its place; the script reads its numbers by the names. */
function band(
  names: string,
  counts: Counts,
  { y, height, bottom = 0, top = Math.max(...counts, 0) }: Place,
): Markup {
  const path = stepPath(counts)
  if (path === '') return markup``
  const [name = ''] = names.split(' ')
  return markup`<svg class="band ${name}" y="${y}" height="${height}" viewBox="0 -${top} ${counts.length} ${top - bottom}"
    preserveAspectRatio="none"><path data-series="${names}" d="${path}" /></svg>`
}

function countsOf(series: LaneFacts['series']): Readonly<Record<string, Counts>> {
  if ('events' in series) return series
  const { matches, asked, alerts } = series
  return { matches, ...asked, alerts }
}

function value(name: string, counts: Counts): Markup {
  const sum = counts.reduce((total, count) => total + count, 0)
  return markup`<span class="${name} ${sum === 0 ? 'zero' : ''}" data-name="${name}" data-sum="${sum}">${countText(sum)}</span>`
}
