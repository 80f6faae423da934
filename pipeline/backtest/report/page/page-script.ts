import { markup } from './markup.ts'

/** What the page does beyond showing: the timeline under the pointer, sorting, searching, and everything open on paper. */
export const pageScript = markup`
'use strict'
const all = (selector, root = document) => [...root.querySelectorAll(selector)]
const counts = new Intl.NumberFormat('en-US')

function readSteps(path) {
  const steps = []
  let height = 0
  for (const [, direction, amount] of path.getAttribute('d').matchAll(/([vh])(-?\\d+)/g)) {
    if (direction === 'v') height -= Number(amount)
    else for (let step = 0; step < Number(amount); step++) steps.push(height)
  }
  return steps
}

function openTimeline(timeline) {
  const steps = Number(timeline.dataset.steps)
  const startMs = Date.parse(timeline.dataset.start)
  const stepMs = Number(timeline.dataset.step) * 1000
  const moment = timeline.querySelector('.moment')
  const spoken = timeline.querySelector('.spoken')
  const plot = timeline.querySelector('.lane:not(.axis) .lane-plot')
  const lanes = all('.lane:not(.axis)', timeline).map(lane => {
    const series = new Map()
    for (const path of all('[data-series]', lane)) {
      for (const name of path.dataset.series.split(' ')) series.set(name, readSteps(path))
    }
    return { name: lane.querySelector('b').textContent, series, cursor: lane.querySelector('.cursor'), values: all('.lane-values span', lane) }
  })
  let at = null
  const show = step => {
    at = step === null ? null : Math.min(steps - 1, Math.max(0, step))
    timeline.classList.toggle('pointed', at !== null)
    moment.textContent = at === null ? '' : timeOf(startMs + at * stepMs)
    for (const { series, cursor, values } of lanes) {
      if (at !== null) {
        const place = (100 * (at + 0.5)) / steps + '%'
        cursor.setAttribute('x1', place)
        cursor.setAttribute('x2', place)
      }
      for (const value of values) {
        const steps = series.get(value.dataset.name)
        const count = at === null ? Number(value.dataset.sum) : (steps && steps[at]) || 0
        value.textContent = counts.format(count)
        value.classList.toggle('zero', count === 0)
      }
    }
  }
  const timeOf = ms => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
  const speak = () => {
    const alerts = lanes.filter(({ series }) => series.has('alerts') && series.get('alerts')[at] > 0)
    const raised = alerts.map(({ name, series }) => name + ' ' + series.get('alerts')[at])
    const events = (lanes[0].series.get('events') || [])[at] || 0
    spoken.textContent = timeOf(startMs + at * stepMs) + ', ' + events + ' events, ' + (raised.length > 0 ? 'alerts: ' + raised.join(', ') : 'no alerts')
  }
  timeline.addEventListener('pointermove', event => {
    const { left, width } = plot.getBoundingClientRect()
    const share = (event.clientX - left) / width
    show(share < 0 || share > 1 ? null : Math.floor(share * steps))
  })
  timeline.addEventListener('pointerleave', () => show(null))
  timeline.addEventListener('blur', () => show(null))
  const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -Infinity, End: Infinity }
  timeline.addEventListener('keydown', event => {
    if (event.key === 'Escape') return show(null)
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    const from = at === null ? (move > 0 ? -1 : steps) : at
    show(from + move * (event.shiftKey ? 10 : 1))
    speak()
  })
}

function sortable(table) {
  const body = table.tBodies[0]
  const heads = all('thead th', table)
  heads.forEach((head, column) => {
    const button = document.createElement('button')
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener('click', () => {
      const falling = head.getAttribute('aria-sort') !== 'descending' && (head.classList.length > 0 || head.hasAttribute('aria-sort'))
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', falling ? 'descending' : 'ascending')
      const keyOf = row => {
        const { dataset, textContent } = row.cells[column]
        return dataset.value === undefined ? textContent : Number(dataset.value)
      }
      const compare = (one, other) => (typeof one === 'number' && typeof other === 'number' ? one - other : String(one).localeCompare(String(other), 'en', { numeric: true }))
      const rows = [...body.rows].sort((one, other) => compare(keyOf(one), keyOf(other)))
      body.append(...(falling ? rows.reverse() : rows))
    })
  })
}

function searchable(search) {
  const rows = all('tbody tr', search.nextElementSibling)
  const texts = rows.map(row => row.textContent.toLowerCase())
  const input = search.querySelector('input')
  const output = search.querySelector('output')
  search.hidden = false
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\\s+/)
    const found = texts.map(text => words.every(word => text.includes(word)))
    rows.forEach((row, index) => { row.hidden = !found[index] })
    output.textContent = input.value === '' ? '' : found.filter(Boolean).length + ' of ' + rows.length
  })
}

all('.timeline').forEach(openTimeline)
all('table.sortable').forEach(sortable)
all('.search').forEach(searchable)
addEventListener('beforeprint', () => all('details').forEach(details => { details.open = true }))
`
