import { describe, expect, test } from 'vitest'
import { decodeEvent, type DecodeOptions } from '../../../operators/events/decode-event.ts'
import { EVENT_DEPTH_MAX } from '../../../schemas/is-deeper.ts'
import type { LogRecord } from '../../../operators/lanes/lane.ts'
import { eventSchema, NAME_CHARACTERS_MAX } from '../../../schemas/event.ts'
import { PipelineError } from '../../../schemas/failure.ts'

const timestampMs = Date.UTC(2026, 10, 20, 10, 0, 0, 7)

const whole = {
  event_id: 'e-1',
  event_type: 'trade.signal',
  source: 'exchange-a',
  timestamp: '2026-11-20T10:00:00.123Z',
  context_key: 'trade.signal.BTCUSDT',
  data: { symbol: 'BTCUSDT', side: 'buy', volume: 100_000 },
}

function record(value: unknown, rest: Partial<LogRecord> = {}): LogRecord {
  const bytes = Buffer.isBuffer(value)
    ? value
    : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { offset: 17, timestampMs, key: null, value: bytes, headers: {}, ...rest }
}

function decode(value: unknown, rest: Partial<LogRecord> = {}, options: Partial<DecodeOptions> = {}) {
  return decodeEvent(record(value, rest), {
    topic: 'signals',
    partition: 3,
    eventBytesMax: 262_144,
    ...options,
  })
}

function failure(...given: Parameters<typeof decode>): { code: string; message: string } {
  const result = decode(...given)
  if (!(result instanceof PipelineError)) throw new Error(`decoded ${JSON.stringify(result)}`)
  return result
}

describe('an event of the usual shape', () => {
  test('comes through as it is', () => {
    expect(decode(whole)).toEqual(whole)
    expect(eventSchema.parse(decode(whole))).toEqual(whole)
  })

  test('gets a default for everything but its type', () => {
    expect(decode({ event_type: 'trade.signal' })).toEqual({
      event_id: `signals/3/17/${timestampMs}`,
      event_type: 'trade.signal',
      source: 'signals',
      timestamp: '2026-11-20T10:00:00.007Z',
      context_key: 'trade.signal',
      data: {},
    })
  })

  test('gets the same defaults for null', () => {
    const nulls = { event_id: null, source: null, timestamp: null, context_key: null, data: null }
    expect(decode({ event_type: 'a', ...nulls })).toEqual(decode({ event_type: 'a' }))
  })

  test('takes the key of the record as its context key', () => {
    expect(decode({ event_type: 'a' }, { key: Buffer.from('ключ') })).toMatchObject({ context_key: 'ключ' })
    expect(decode({ event_type: 'a' }, { key: Buffer.alloc(0) })).toMatchObject({ context_key: '' })
    expect(decode({ event_type: 'a', context_key: 'b' }, { key: Buffer.from('c') })).toMatchObject({
      context_key: 'b',
    })
  })

  test('leaves out what is no field of an event', () => {
    expect(decode({ ...whole, more: 1 })).toEqual(whole)
  })

  test('takes a number as an id and as a context key', () => {
    expect(decode({ event_type: 'a', event_id: 17, context_key: 1.5 })).toMatchObject({
      event_id: '17',
      context_key: '1.5',
    })
  })

  test.each([
    ['2026-11-20T12:00:00+02:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20T10:00:00', '2026-11-20T10:00:00.000Z'],
    ['2026-11-20', '2026-11-20T00:00:00.000Z'],
    [timestampMs, '2026-11-20T10:00:00.007Z'],
  ])('writes the time %j as %s', (timestamp, expected) => {
    expect(decode({ ...whole, timestamp })).toEqual({ ...whole, timestamp: expected })
  })

  test('may begin with a byte order mark', () => {
    expect(decode(`\uFEFF${JSON.stringify(whole)}`)).toEqual(whole)
  })

  test('keeps names and texts of any kind', () => {
    const value = '{"event_type": "a\\u0000\\ud800", "data": {"__proto__": {"x": 1}, "\\udfff": "\\u0000"}}'
    expect(decode(value)).toMatchObject({ event_type: 'a\u0000\ud800' })
    const event = decode(value)
    expect(event instanceof PipelineError ? [] : Object.keys(event.data)).toEqual(['__proto__', '\udfff'])
  })

  test('keeps a default id within its length, and the end of it, which differs', () => {
    const topic = 't'.repeat(249)
    const event = decode({ event_type: 'a' }, {}, { topic })
    expect(event).toMatchObject({ event_id: `${topic}/3/17/${timestampMs}`.slice(-NAME_CHARACTERS_MAX) })
    expect(eventSchema.safeParse(event).success).toBe(true)
  })
})

describe('a record that is no event', () => {
  const long = 'x'.repeat(NAME_CHARACTERS_MAX + 1)

  test.each([
    ['is no JSON', 'not json', 'not JSON'],
    ['is empty', '', 'not JSON'],
    ['is cut', '{"event_type": "a"', 'not JSON'],
    ['is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 'not UTF-8'],
    ['is UTF-16', Buffer.from(JSON.stringify(whole), 'utf16le'), 'not JSON'],
    ['is a list', [whole], 'no JSON object'],
    ['is a text', '"a"', 'no JSON object'],
    ['is null', 'null', 'no JSON object'],
    ['has no event_type', { data: {} }, 'event_type is missing'],
    ['has the event_type null', { event_type: null }, 'event_type is missing'],
    ['has a number as event_type', { event_type: 1 }, 'event_type is no text'],
    ['has an empty event_type', { event_type: '' }, 'event_type is empty'],
    ['has a long event_type', { event_type: long }, 'event_type has 257'],
    ['has an empty event_id', { event_type: 'a', event_id: '' }, 'event_id is empty'],
    ['has a long event_id', { event_type: 'a', event_id: long }, 'event_id has 257'],
    ['has an object as event_id', { event_type: 'a', event_id: {} }, 'event_id is no text'],
    [
      'has a number as event_id that lost digits',
      '{"event_type":"a","event_id":9007199254740993}',
      'event_id is a number',
    ],
    ['has an endless event_id', '{"event_type":"a","event_id":1e999}', 'event_id is no text'],
    ['has a boolean as context_key', { event_type: 'a', context_key: true }, 'context_key is no text'],
    ['has a long context_key', { event_type: 'a', context_key: long }, 'context_key has 257'],
    ['has a number as source', { event_type: 'a', source: 1 }, 'source is no text'],
    [
      'has a day that does not exist',
      { event_type: 'a', timestamp: '2026-02-30T10:00:00.000Z' },
      'timestamp is no time',
    ],
    ['has a boolean as timestamp', { event_type: 'a', timestamp: false }, 'timestamp is no time'],
    ['has a list as data', { event_type: 'a', data: [] }, 'data is no object'],
    ['has a text as data', { event_type: 'a', data: 'x' }, 'data is no object'],
  ])('%s: refused, and the message says what', (_, value, message) => {
    expect(failure(value)).toMatchObject({ code: 'event_invalid', message: expect.stringContaining(message) })
  })

  test('has a long key: refused', () => {
    expect(failure({ event_type: 'a' }, { key: Buffer.from(long) })).toMatchObject({ code: 'event_invalid' })
    expect(decode({ event_type: 'a', context_key: 'b' }, { key: Buffer.from(long) })).toMatchObject({
      context_key: 'b',
    })
  })

  test('has a time beyond the calendar, as microseconds are: refused unless the event has a time', () => {
    const record = { timestampMs: timestampMs * 1_000_000 }
    expect(failure({ event_type: 'a' }, record)).toMatchObject({ code: 'event_invalid' })
    expect(decode(whole, record)).toEqual(whole)
  })

  test('is larger than allowed by one byte: refused as too large', () => {
    const bytes = Buffer.byteLength(JSON.stringify(whole))
    expect(decode(whole, {}, { eventBytesMax: bytes })).toEqual(whole)
    expect(failure(whole, {}, { eventBytesMax: bytes - 1 })).toMatchObject({
      code: 'event_too_large',
      message: expect.stringContaining('lanes.event_bytes_max'),
    })
  })

  test('nests one level deeper than allowed: refused, since it could not be written', () => {
    const nested = (levels: number) =>
      `{"event_type":"a","data":{"x":${'['.repeat(levels)}${']'.repeat(levels)}}}`
    const levelsMax = EVENT_DEPTH_MAX - 2
    expect(decode(nested(levelsMax))).toMatchObject({ event_type: 'a' })
    expect(failure(nested(levelsMax + 1))).toMatchObject({ code: 'event_invalid' })
    expect(failure(nested(100_000))).toMatchObject({ code: 'event_invalid' })
  })

  test('has no value: refused', () => {
    expect(failure('', { value: null })).toMatchObject({ code: 'event_invalid' })
  })

  test('passes on why it is no JSON', () => {
    expect(decode('{')).toMatchObject({ cause: expect.any(SyntaxError) })
  })
})

describe('a source with a map', () => {
  const order = { order: { id: 7, at: timestampMs, buyer: { name: 'ann' } }, total: 5 }
  const map = {
    event_id: { path: '$.order.id' },
    event_type: { const: 'order.placed' },
    source: { const: 'shop' },
    timestamp: { path: '$.order.at' },
    context_key: { path: '$.order.buyer.name' },
  }

  test('takes fields from paths and constants, and the whole value as data', () => {
    expect(decode(order, {}, { map })).toEqual({
      event_id: '7',
      event_type: 'order.placed',
      source: 'shop',
      timestamp: '2026-11-20T10:00:00.007Z',
      context_key: 'ann',
      data: order,
    })
  })

  test('takes data from a path as well', () => {
    const mapped = decode(order, {}, { map: { ...map, data: { path: '$.order.buyer' } } })
    expect(mapped).toMatchObject({ data: { name: 'ann' } })
  })

  test('takes what is not mapped by its own name', () => {
    const value = { event_type: 'a', event_id: 'e-9', key: 'k' }
    expect(decode(value, {}, { map: { context_key: { path: '$.key' } } })).toMatchObject({
      event_id: 'e-9',
      event_type: 'a',
      context_key: 'k',
      data: value,
    })
  })

  test('gives the defaults where a path leads nowhere', () => {
    const event = decode({ total: 5 }, {}, { map })
    expect(event).toMatchObject({ event_id: `signals/3/17/${timestampMs}`, context_key: 'order.placed' })
  })

  test.each([
    [{ event_type: { path: '$.type' } }, 'event_type is missing'],
    [{ ...map, timestamp: { path: '$.order.buyer' } }, 'timestamp is no time'],
    [{ ...map, data: { path: '$.total' } }, 'data is no object'],
    [{ event_type: { path: '$.constructor.name' } }, 'event_type is missing'],
  ])('refuses what %j finds', (given, message) => {
    expect(failure(order, {}, { map: given })).toMatchObject({
      code: 'event_invalid',
      message: expect.stringContaining(message),
    })
  })
})
