import type { BacktestReport, RuleReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { countText } from '../../words/count-text.ts'
import { durationText } from '../../words/duration-text.ts'
import { ruleKind } from '../../words/rule-kind.ts'
import { coarserTimeline } from '../charts/coarser-timeline.ts'
import { percent } from '../charts/percent.ts'
import { type TimeTick, timeTicks } from '../charts/time-ticks.ts'
import { markup, type Markup } from '../markup.ts'
import { pageSection } from './page-section.ts'
import { type LaneFacts, timelineLane } from './timeline-lane.ts'

type Timeline = NonNullable<BacktestReport['timeline']>

/** From so many rules on each takes less room. */
const ROOMY_RULES_MAX = 16

/** Events, and what came of them in each rule, over one axis of time; nothing where nothing happened. */
export function timelineSection({ timeline: whole, rules }: BacktestReport): Markup | null {
  if (whole === null) return null
  const timeline = coarserTimeline(whole)
  const bucket = durationText(timeline.bucket_seconds * 1000)
  const named = new Map(rules.map(rule => [rule.rule_id, rule]))
  const shown = Object.entries(timeline.rules)
  const omitted = rules.length - shown.length
  const note = `Times are UTC; one step is ${bucket}. Each lane has a scale of its own, its highest step is written in it.`
  const ticks = ticksOf(timeline)
  const dense = shown.length > ROOMY_RULES_MAX
  const content = markup`<div class="timeline ${dense ? 'dense' : ''}" tabindex="0" role="group"
    aria-label="Timeline: the arrow keys move through the time" data-start="${timeline.start}" data-step="${timeline.bucket_seconds}"
    data-steps="${timeline.events.length}">${head(ticks)}${allEvents(timeline)}${shown.map(
      ([rule_id, series]) => timelineLane(laneOf({ ruleId: rule_id, series, dense }, named)),
    )}${foot(ticks)}<p class="spoken" aria-live="polite"></p></div>${
      omitted > 0
        ? markup`<p class="note">${countText(omitted)} more rules are not shown over time.</p>`
        : null
    }`
  return pageSection({ id: 'timeline', title: 'Timeline', note }, content)
}

function ticksOf({ start, bucket_seconds, events }: Timeline): readonly TimeTick[] {
  const startMs = Date.parse(start)
  return timeTicks(startMs, startMs + events.length * bucket_seconds * 1000)
}

function head(ticks: readonly TimeTick[]): Markup {
  const grid = ticks.map(
    ({ place }) => markup`<line x1="${percent(place)}" x2="${percent(place)}" y2="100%" />`,
  )
  return markup`<svg class="defs" aria-hidden="true"><defs><g id="grid">${grid}</g></defs></svg>
    <div class="lane axis"><div class="lane-name moment"></div>${axis(ticks)}<div class="lane-values">${titles}</div></div>`
}

const titles = markup`<span class="matches">events</span><span class="windows">windows</span
  ><span class="calls">calls</span><span class="alerts">alerts</span>`

function foot(ticks: readonly TimeTick[]): Markup {
  return markup`<div class="lane axis foot"><div class="lane-name"></div>${axis(ticks)}<div class="lane-values"></div></div>`
}

function axis(ticks: readonly TimeTick[]): Markup {
  const labels = ticks.map(({ place, label }) => {
    const anchor = place < 0.02 ? 'start' : place > 0.97 ? 'end' : 'middle'
    return markup`<text x="${percent(place)}" y="12" text-anchor="${anchor}">${label}</text>`
  })
  return markup`<svg class="lane-plot" aria-hidden="true">${labels}</svg>`
}

function allEvents({ events }: Timeline): Markup {
  return timelineLane({ name: 'All events', about: '', series: { events }, dense: false })
}

interface RuleLane {
  readonly ruleId: string
  readonly series: Timeline['rules'][string]
  readonly dense: boolean
}

/** A rule that asks no model has no windows and calls to show. */
function laneOf({ ruleId, series, dense }: RuleLane, named: ReadonlyMap<string, RuleReport>): LaneFacts {
  const rule = named.get(ruleId)
  const { matches, windows, calls, alerts } = series
  return {
    name: rule?.name ?? ruleId,
    about: rule === undefined ? '' : ruleKind(rule),
    series: {
      matches,
      asked: rule === undefined || rule.trigger_mode === null ? null : { windows, calls },
      alerts,
    },
    dense,
  }
}
