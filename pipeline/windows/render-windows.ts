import { z } from 'zod'
import { cellsRow } from '../terminal/cells-row.ts'
import type { Terminal } from '../terminal/process-terminal.ts'
import { type LaneDocument, laneSchema } from './lane-document.ts'
import { type WindowDocument, windowSchema } from './window-document.ts'

/** What is shown of an answer of `/windows`; an API of another version may say more. */
export const shownWindowsSchema = z.object({ items: z.array(windowSchema), lanes: z.array(laneSchema) })

type ShownWindows = z.infer<typeof shownWindowsSchema>

const laneWidths = [4, 6, 7, 12, 12, 7, 9, 20]
const laneHead = ['LANE', 'OPEN', 'JUDGING', 'COMMITTED', 'READ TO', 'AGE', 'HELD BY', 'RULE', 'KEY']
const windowWidths = [4, 20, 24, 8, 9, 20]
const windowHead = ['LANE', 'RULE', 'KEY', 'MODE', 'EVENTS', 'OPENED', 'CLOSES IN']

/** The lanes of a process and their open windows as two tables. */
export function renderWindows(
  { items, lanes }: ShownWindows,
  { paint, columns }: Pick<Terminal, 'paint' | 'columns'>,
): string {
  const laneRows = lanes.map(lane => cellsRow(laneCells(lane), laneWidths, columns))
  const windowRows = items.map(window => cellsRow(windowCells(window), windowWidths, columns))
  const tables = [[paint('dim', cellsRow(laneHead, laneWidths)), ...laneRows]]
  if (items.length > 0) tables.push([paint('dim', cellsRow(windowHead, windowWidths)), ...windowRows])
  return tables.map(rows => rows.join('\n')).join('\n\n')
}

function laneCells(lane: LaneDocument): readonly string[] {
  const {
    partition,
    open_windows: open,
    judging_windows: judging,
    watermark,
    position,
    held_by: holder,
  } = lane
  const counts = [partition, open, judging, watermark, position].map(String)
  if (holder === null) return [...counts, '-', '-']
  return [...counts, seconds(holder.age_seconds), holder.state, holder.rule_id, holder.key]
}

function windowCells(window: WindowDocument): readonly string[] {
  const { partition, rule_id: rule, key, mode, events, size, opened_at: openedAt } = window
  const fill = size === null ? `${events}` : `${events}/${size}`
  return [
    `${partition}`,
    rule,
    key,
    mode,
    fill,
    `${openedAt.slice(0, 19)}Z`,
    seconds(window.closes_in_seconds),
  ]
}

function seconds(count: number): string {
  return count < 100 ? `${count.toFixed(1)} s` : `${Math.round(count)} s`
}
