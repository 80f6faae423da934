import { expect, test } from 'vitest'
import { renderWindows, shownWindowsSchema } from '../../../pipeline/windows/render-windows.ts'
import { recordingTerminal } from '../../support/recording-terminal.ts'

const window = {
  rule_id: 'buying-spree',
  rule_version: 1,
  due_at: '2026-11-20T10:00:30.000Z',
  key: 'BTC\u001b[31m\nUSDT',
  mode: 'batch',
  events: 3,
  size: 5,
  opened_at: '2026-11-20T10:00:00.000Z',
  closes_in_seconds: 12.34,
  partition: 1,
}
const lane = {
  partition: 0,
  watermark: '40',
  position: '43',
  open_windows: 0,
  judging_windows: 0,
  held_by: null,
}
const held_by = {
  rule_id: 'calm',
  key: 'k',
  state: 'judging',
  offset: '40',
  arrived_at: '',
  age_seconds: 412,
}

function linesOf(items: readonly object[], lanes: readonly object[], columns = 110): readonly string[] {
  const shown = shownWindowsSchema.parse({ items, lanes })
  return renderWindows(shown, { ...recordingTerminal(), columns }).split('\n')
}

test('shows lanes with what holds their watermark, and windows with fill and time to close', () => {
  const ticking = { ...window, key: 'k', mode: 'interval', size: null, closes_in_seconds: 412.3 }
  const lanes = [lane, { ...lane, partition: 1, open_windows: 2, judging_windows: 7, held_by }]
  expect(linesOf([window, ticking], lanes)).toEqual([
    'LANE  OPEN    JUDGING  COMMITTED     READ TO       AGE      HELD BY    RULE                  KEY',
    '0     0       0        40            43            -        -',
    '1     2       7        40            43            412 s    judging    calm                  k',
    '',
    'LANE  RULE                  KEY                       MODE      EVENTS     OPENED                CLOSES IN',
    '1     buying-spree          BTC[31m USDT              batch     3/5        2026-11-20T10:00:00Z  12.3 s',
    '1     buying-spree          k                         interval  3          2026-11-20T10:00:00Z  412 s',
  ])
})

test('fits into the width of the terminal, whatever the names', () => {
  const long = { ...window, rule_id: 'r'.repeat(64), key: 'k'.repeat(256) }
  const lines = linesOf([long], [{ ...lane, held_by: { ...held_by, key: 'k'.repeat(256) } }])
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(110)
})

test('shows the lanes alone where nothing is open', () => {
  expect(linesOf([], [lane])).toHaveLength(2)
})
