import { markup } from './markup.ts'

/** Tables, bars and the timeline. */
export const chartStyle = markup`
.scroll { overflow-x: auto; position: relative; } .long { max-height: 680px; overflow-y: auto; } .long thead th { position: sticky; top: 0; background: var(--ground); box-shadow: 0 1px 0 var(--line); } .scroll + h3 { margin-top: 18px; } .narrow table { width: auto; } .narrow th, .narrow td { padding-right: 22px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; padding: 6px 10px; border-bottom: 1px solid var(--faint); vertical-align: top; font-weight: 400; white-space: nowrap; }
th:first-child { padding-left: 0; } td:last-child, th:last-child { padding-right: 0; }
thead th { color: var(--muted); font-size: 12px; border-bottom-color: var(--line); vertical-align: bottom; }
tbody tr:hover > * { background: var(--raised-ground); }
th.number, td.number { text-align: right; }
tbody th { white-space: normal; min-width: 118px; overflow-wrap: normal; } th b, td b { font-weight: 600; }
tbody th small { display: block; }
td.plot { min-width: 104px; }
td.plot .share { margin-left: 8px; color: var(--muted); font-size: 12px; display: inline-block; min-width: 52px; }
.none { color: var(--muted); }
.key { display: inline-block; max-width: 22ch; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; white-space: nowrap; }
.reason { white-space: normal; display: block; min-width: 260px; overflow-wrap: anywhere; }
.side .reason { margin-top: 4px; min-width: 0; }
thead button { all: unset; cursor: pointer; color: inherit; } thead button:hover { color: var(--ink); } thead button:focus-visible { outline: 2px solid var(--accent); }
th[aria-sort=ascending] button::after { content: " \\2191"; } th[aria-sort=descending] button::after { content: " \\2193"; }
.bar { width: 84px; height: 9px; vertical-align: baseline; border-radius: 2px; overflow: hidden; background: var(--faint); } .bar rect { height: 100%; }
.filtered, .matches { fill: var(--events); }
.triggered { fill: var(--alerts); } .not_triggered { fill: var(--no); } .below_threshold { fill: var(--unsure); } .undecided { fill: var(--undecided); }
.cancelled { fill: var(--gone); } .skipped { fill: var(--gone); } .unknown { fill: var(--unknown); stroke: var(--undecided); stroke-dasharray: 2 2; }
.cost { fill: var(--colour-0); } .calls { fill: var(--calls); } .alerts { fill: var(--alerts); } .windows { fill: var(--windows); } .events { fill: var(--events); }
.colour-0 { fill: var(--colour-0); } .colour-1 { fill: var(--colour-1); } .colour-2 { fill: var(--colour-2); } .colour-3 { fill: var(--colour-3); } .colour-4 { fill: var(--colour-4); }
.colour-5 { fill: var(--colour-5); } .colour-6 { fill: var(--colour-6); } .colour-other { fill: var(--colour-other); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 10px; color: var(--muted); font-size: 12.5px; } .legend span { color: var(--ink); font-variant-numeric: tabular-nums; }
.swatch { width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(370px, 1fr)); gap: 22px 36px; } .cards.wide { grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); }
.cards.four { grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); gap: 20px 28px; } .card { min-width: 0; } .card h3 { display: flex; justify-content: space-between; align-items: baseline; gap: 10px; }
.card td, .card th { padding: 3px 8px 2px; } .card th:first-child { padding-left: 0; } .card table .bar { display: block; width: 100%; height: 3px; } .card .key { max-width: 15ch; } .card tbody th { width: 100%; }
.shares { display: grid; grid-template-columns: minmax(80px, auto) 1fr auto auto; gap: 5px 12px; align-items: center; font-variant-numeric: tabular-nums; }
.shares li { display: contents; } .shares .bar { width: 100%; height: 12px; } .shares .number { text-align: right; } .shares .number:last-child { color: var(--muted); min-width: 52px; }
.shares .what { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 24ch; }
.days { width: 100%; height: 150px; border-bottom: 1px solid var(--line); } .hours { width: 100%; height: 64px; border-bottom: 1px solid var(--line); }
.area { fill: transparent; } .area:hover, g:hover > .area { fill: var(--faint); } .days .area:hover { fill: color-mix(in srgb, var(--ink) 8%, transparent); }
.ends { display: flex; justify-content: space-between; color: var(--muted); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.spread { display: flex; align-items: center; } .range { width: 180px; height: 16px; flex: none; background: linear-gradient(var(--faint), var(--faint)) center / 100% 1px no-repeat; }
.range line { stroke: var(--calls); stroke-width: 1.5; } .range .most { stroke-width: 3.5; stroke: var(--windows); } .range circle { fill: var(--calls); }
.timeline { position: relative; border-radius: 6px; cursor: crosshair; }
.lane { display: grid; grid-template-columns: 190px minmax(0, 1fr) 280px; gap: 0 14px; align-items: center; border-bottom: 1px solid var(--faint); padding: 4px 0; }
.lane-name { min-width: 0; line-height: 1.3; } .lane-name b, .lane-name span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .lane-name b { font-weight: 600; font-size: 13px; } .lane-name span { color: var(--muted); font-size: 12px; }
.lane-plot { width: 100%; overflow: visible; } #grid line, .lane-plot line { stroke: var(--line); stroke-width: 1; shape-rendering: crispEdges; }
.lane-plot .cursor { stroke: var(--ink); visibility: hidden; } .pointed .cursor { visibility: visible; }
.band { overflow: hidden; }
.band.alerts path { stroke: var(--alerts); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
.most { font-size: 9.5px; fill: var(--muted); paint-order: stroke; stroke: var(--ground); stroke-width: 3px; stroke-linejoin: round; } line.most { paint-order: normal; }
.lane-values { display: grid; grid-template-columns: repeat(4, 1fr); gap: 0 10px; text-align: right; font-variant-numeric: tabular-nums; font-size: 13px; } .lane-values span { white-space: nowrap; grid-row: 1; } .lane-values .events, .lane-values .matches { grid-column: 1; } .lane-values .windows { grid-column: 2; } .lane-values .calls { grid-column: 3; } .lane-values .alerts { grid-column: 4; font-weight: 600; } .lane-values .zero { color: var(--muted); font-weight: 400; }
.axis { border-bottom: 0; padding: 0; } .axis .lane-plot { height: 18px; } .axis text { font-size: 11px; fill: var(--muted); font-variant-numeric: tabular-nums; } .axis .lane-values { color: var(--muted); font-size: 12px; } .moment { font-size: 12.5px; font-weight: 600; font-variant-numeric: tabular-nums; }
.axis .lane-values span::before { content: ""; display: inline-block; width: 8px; height: 8px; border-radius: 2px; margin-right: 5px; background: currentColor; }
.axis .matches::before { color: var(--events); } .axis .windows::before { color: var(--windows); } .axis .calls::before { color: var(--calls); } .axis .lane-values .alerts { font-weight: 400; } .axis .alerts::before { color: var(--alerts); }
.dense .lane { padding: 2px 0; } .dense .lane-name span { display: none; }
.defs { position: absolute; width: 0; height: 0; } .spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
@media (max-width: 900px) { .lane { grid-template-columns: minmax(0, 1fr) auto; gap: 0 12px; } .lane-plot { grid-column: 1 / -1; grid-row: 2; } .lane-values { grid-template-columns: 56px 52px 52px 48px; gap: 0 4px; font-size: 12px; } .lane-name span { display: none; } .foot .lane-name, .foot .lane-values { display: none; } }
@media (max-width: 620px) { .cards { grid-template-columns: 1fr; } .cards.four { grid-template-columns: 1fr 1fr; } .card .key { max-width: 12ch; } .axis .lane-values span::before { margin-right: 3px; } .shares .what { max-width: 14ch; } .reason { min-width: 220px; } }
`
