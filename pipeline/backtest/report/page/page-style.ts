import { markup } from './markup.ts'

/** Colours, text and the frame of the page. */
export const pageStyle = markup`
:root { color-scheme: light dark; --ground: #fff; --raised-ground: #f8f9fb; --ink: #18202b; --muted: #667080; --line: #e3e7ed; --faint: #eef1f5;
  --accent: #2c66d3; --events: #9db1cc; --windows: #c7b9ec; --calls: #6b54c6; --alerts: #d5402f; --good: #26845c; --warn: #9a6200; --warn-ground: #fdf6e6;
  --no: #c5ced9; --unsure: #e0a63c; --undecided: #8d7cc9; --gone: #8a94a3; --unknown: #e9e4f7;
  --colour-0: #3b6fd4; --colour-1: #dd8a3e; --colour-2: #2f9e77; --colour-3: #b1508d; --colour-4: #8570c8; --colour-5: #bd9d2e; --colour-6: #459db3; --colour-other: #a8b1bd; }
@media (prefers-color-scheme: dark) { :root { --ground: #10141a; --raised-ground: #161b23; --ink: #e4e8ee; --muted: #95a0b0; --line: #28303b; --faint: #1b212a;
  --accent: #7fabff; --events: #4d6484; --windows: #55468a; --calls: #9f8cf0; --alerts: #ff7464; --good: #5cc796; --warn: #e6b45c; --warn-ground: #241e12;
  --no: #3c4756; --unsure: #c08f35; --undecided: #7c6cc0; --gone: #66707f; --unknown: #2b2640;
  --colour-0: #7aa5f7; --colour-1: #eaa462; --colour-2: #58c298; --colour-3: #d783b6; --colour-4: #ab98ee; --colour-5: #d8bd5c; --colour-6: #74c3d6; --colour-other: #626d7b; } }
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; -webkit-text-size-adjust: 100%; overflow-wrap: anywhere; }
body > * { max-width: 1240px; margin-inline: auto; padding-inline: 24px; }
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; }
ul { list-style: none; }
h1 { font-size: 24px; line-height: 1.25; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 17px; font-weight: 650; letter-spacing: -0.005em; }
h3 { font-size: 13px; font-weight: 600; margin-bottom: 6px; }
h3 span, small { color: var(--muted); font-weight: 400; font-size: 12px; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.top { padding-top: 28px; padding-bottom: 14px; }
.top .label { margin-bottom: 2px; }
.top .about { color: var(--muted); margin-top: 4px; }
.label { color: var(--muted); font-size: 12px; }
.note { color: var(--muted); font-size: 12.5px; }
nav { position: sticky; top: 0; z-index: 2; background: var(--ground); }
nav ul { display: flex; gap: 20px; overflow-x: auto; border-bottom: 1px solid var(--line); scrollbar-width: none; }
nav a { display: block; padding: 9px 0; color: var(--muted); text-decoration: none; white-space: nowrap; font-size: 13px; }
nav a:hover { color: var(--ink); }
section { padding-top: 30px; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 14px; margin-bottom: 12px; } .head > * { min-width: 0; }
.tiles { display: grid; grid-template-columns: repeat(5, 1fr); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; background: var(--line); gap: 1px; }
.tile { background: var(--raised-ground); padding: 14px 18px 13px; }
.tile .amount { font-size: 28px; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tile .amount small { font-size: 16px; }
.tile .sub { color: var(--muted); font-size: 12.5px; }
.warnings { margin-top: 14px; background: var(--warn-ground); border-radius: 8px; padding: 10px 16px; display: grid; gap: 4px; }
.warnings b { font-weight: 600; color: var(--warn); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); gap: 10px 24px; margin-bottom: 16px; }
.facts dt { color: var(--muted); font-size: 12px; }
.facts dd { font-variant-numeric: tabular-nums; }
.raised { color: var(--alerts); }
details > summary { cursor: pointer; color: var(--accent); padding: 10px 0; width: fit-content; }
.page-foot { color: var(--muted); font-size: 12.5px; padding-top: 36px; padding-bottom: 40px; }
.search { display: flex; align-items: center; gap: 12px; margin-bottom: 8px; color: var(--muted); font-size: 13px; }
.search[hidden] { display: none; }
.search label { display: flex; align-items: center; gap: 8px; flex: 0 1 380px; }
input[type=search] { flex: 1; min-width: 0; font: inherit; color: var(--ink); background: var(--raised-ground); border: 1px solid var(--line); border-radius: 6px; padding: 5px 10px; }
.changes { display: grid; gap: 12px; }
.change { display: grid; grid-template-columns: minmax(0, 17rem) 1fr 1fr; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; gap: 1px; background: var(--line); break-inside: avoid; }
.change > * { background: var(--ground); padding: 9px 14px; min-width: 0; overflow-wrap: anywhere; }
.change header { background: var(--raised-ground); }
.why { color: var(--muted); font-size: 12.5px; }
.kind, .verdict { display: inline-block; font-size: 12px; font-weight: 600; padding: 0 7px; border-radius: 9px; background: var(--faint); color: var(--muted); }
.verdict.triggered { color: var(--alerts); background: color-mix(in srgb, var(--alerts) 12%, transparent); }
.verdict.below_threshold { color: var(--warn); background: var(--warn-ground); }
.kind.verdict { color: var(--warn); background: var(--warn-ground); }
@media (max-width: 860px) { .change { grid-template-columns: 1fr 1fr; } .change header { grid-column: 1 / -1; } .tiles { grid-template-columns: repeat(2, 1fr); } .tile:first-child { grid-column: 1 / -1; } }
@media (max-width: 620px) { body > * { padding-inline: 14px; } .change { grid-template-columns: 1fr; } .change header { grid-column: auto; } .tile { padding: 10px 13px; } .tile .amount { font-size: 23px; } h1 { font-size: 20px; } }
@media print { body { font-size: 11px; } nav, .search { display: none; } section { padding-top: 18px; } body > * { max-width: none; padding-inline: 0; }
  .scroll, .long { overflow: visible; max-height: none; } .tiles, svg, .warnings, .change { print-color-adjust: exact; -webkit-print-color-adjust: exact; } tr, .lane, .card { break-inside: avoid; } }
`
