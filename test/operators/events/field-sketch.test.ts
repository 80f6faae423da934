import { expect, test } from 'vitest'
import {
  FIELD_DEPTH_MAX,
  FieldSketch,
  type FieldSketchOptions,
} from '../../../operators/events/field-sketch.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'

function bench(options: Partial<FieldSketchOptions> = {}) {
  const clock = new DrivenClock(0)
  const sketch = new FieldSketch({ clock, ...options })
  const offer = (type: string, data: Record<string, unknown>, times = 1) => {
    for (let n = 0; n < times; n++) {
      sketch.offer({
        event_id: `e-${n}`,
        event_type: type,
        source: 's',
        timestamp: '2026-11-20T10:00:00.000Z',
        context_key: 'k',
        data,
      })
    }
  }
  const dataOf = (...types: string[]) => {
    const fields = sketch.fieldsOf(types)
    return fields === null ? null : [...fields].filter(field => field.startsWith('data.'))
  }
  return { clock, sketch, offer, dataOf }
}

test('knows the fields that events of the types of a rule had, and those that every event has', () => {
  const { sketch, offer, dataOf } = bench()
  offer('trade.signal', { symbol: 'A', order: { id: 1, lines: [{ n: 1 }] }, none: null })
  offer('trade.fill', { price: 1 })
  offer('tradex', { other: 1 })
  expect(dataOf('trade.signal')).toEqual([
    'data.symbol',
    'data.order',
    'data.order.id',
    'data.order.lines',
    'data.none',
  ])
  expect(dataOf('trade.fill', 'tradex')).toEqual(['data.price', 'data.other'])
  expect(dataOf('trade.*')).toHaveLength(6)
  expect(dataOf('*')).toHaveLength(7)
  expect(sketch.fieldsOf(['trade.fill'])).toContain('event_type')
})

test('knows nothing of types that did not come', () => {
  const { offer, dataOf } = bench()
  offer('trade.signal', {})
  expect([dataOf('trade.signal'), dataOf('trade'), dataOf('trade.fill')]).toEqual([[], null, null])
})

test('looks into the first events of a type, then into one in 64', () => {
  const { offer, dataOf } = bench()
  offer('a', { early: 1 }, 8)
  offer('a', { rare: 1 })
  expect(dataOf('a')).toEqual(['data.early'])
  offer('a', { late: 1 }, 64)
  expect(dataOf('a')).toEqual(['data.early', 'data.late'])
})

test('looks into so many events of a second, whatever comes', () => {
  const { clock, offer, dataOf } = bench({ perSecondMax: 2 })
  for (const type of ['a', 'b', 'c']) offer(type, {})
  expect([dataOf('b'), dataOf('c')]).toEqual([[], null])
  clock.advanceTo(1000)
  offer('b', {}, 61)
  offer('c', {})
  expect(dataOf('c')).toEqual([])
})

test('forgets the type that it looked into longest ago', () => {
  const { offer, dataOf } = bench({ typesMax: 2 })
  for (const type of ['a', 'b', 'a', 'c']) offer(type, {})
  expect([dataOf('a'), dataOf('b'), dataOf('c')]).toEqual([[], null, []])
})

test('says nothing of a type that has more fields than are kept', () => {
  const { offer, dataOf } = bench({ fieldsMax: 2 })
  offer('a', { one: 1, two: 2 })
  expect(dataOf('a')).toEqual(['data.one', 'data.two'])
  offer('a', { three: 3 })
  expect(dataOf('a')).toBeNull()
})

test('looks so deep, and keeps only names that an expression can write', () => {
  const { offer, dataOf } = bench()
  offer('a', {
    a: { b: { c: { d: { e: { f: 1 } } } } },
    'x y': 1,
    'a.b': 1,
    ['n'.repeat(65)]: 1,
    '17': { z: 1 },
  })
  const deepest = dataOf('a')?.at(-1)
  expect(deepest?.split('.')).toHaveLength(FIELD_DEPTH_MAX)
  expect(dataOf('a')).toEqual(['data.a', 'data.a.b', 'data.a.b.c', 'data.a.b.c.d'])
})
