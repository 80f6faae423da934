import { expect, test } from 'vitest'
import { createFieldTable } from '../../../operators/expression/create-field-table.ts'
import type { Event } from '../../../schemas/event.ts'

function event(data: Event['data']): Event {
  return {
    event_id: 'e-1',
    event_type: 'trade.signal',
    source: 'exchange-a',
    timestamp: '2026-11-20T10:00:00.123Z',
    context_key: 'BTCUSDT',
    data,
  }
}

test('gives one slot to every spelling of a field', () => {
  const fields = createFieldTable()
  const slot = fields.slotOf(['symbol'])
  expect(fields.slotOf(['data', 'symbol'])).toBe(slot)
  expect(fields.slotOf(['symbol', 'name'])).not.toBe(slot)
})

test('keeps names apart that only look alike when joined', () => {
  const fields = createFieldTable()
  expect(fields.slotOf(['a.b'])).not.toBe(fields.slotOf(['a', 'b']))
  expect(fields.slotOf(['a","b'])).not.toBe(fields.slotOf(['a', 'b']))
})

test('takes the envelope before a field of the same name', () => {
  const fields = createFieldTable()
  const slots = [fields.slotOf(['event_type']), fields.slotOf(['data', 'event_type'])]
  const filled = fields.fill(event({ event_type: 'inner' }))
  expect(slots.map(slot => filled.read(slot))).toEqual(['trade.signal', 'inner'])
})

test('leaves no trace of the event before', () => {
  const fields = createFieldTable()
  const slot = fields.slotOf(['symbol'])
  const first = fields.fill(event({ symbol: 'BTCUSDT' }))
  expect(first.read(slot)).toBe('BTCUSDT')
  const second = fields.fill(event({}))
  expect(second.read(slot)).toBeUndefined()
})

test('reads a used field once for an event, and only when it is asked for', () => {
  const fields = createFieldTable()
  const slot = fields.slotOf(['symbol'])
  let reads = 0
  const data = {
    get symbol() {
      reads += 1
      return 'BTCUSDT'
    },
  }
  const filled = fields.fill(event(data))
  expect(reads).toBe(0)
  expect([filled.read(slot), filled.read(slot)]).toEqual(['BTCUSDT', 'BTCUSDT'])
  expect(reads).toBe(1)
})

test('knows nothing at a slot that it has not given', () => {
  expect(createFieldTable().fill(event({})).read(0)).toBeUndefined()
})
