import type { SkipReason } from '../../../pipeline/recordings/bad-line.ts'

interface DrawnLine {
  readonly text: string | Buffer
  readonly reason: SkipReason
}

const LINE_BYTES_MAX = 16 * 1024 * 1024
const good = {
  topic: 'signals',
  partition: 0,
  offset: '900',
  timestamp: '2026-11-20T10:00:00.123Z',
  key: 'k',
  value: 'v',
  headers: {},
}
const line = (change: object) => JSON.stringify({ ...good, ...change })
const base64 = (change: object) => line({ key: 'aw==', value: 'dg==', encoding: 'base64', ...change })
const invalid = (text: string): DrawnLine => ({ text, reason: 'record_invalid' })
const noJson = (text: string): DrawnLine => ({ text, reason: 'not_json' })
const noUtf8 = (text: Buffer): DrawnLine => ({ text, reason: 'not_utf8' })

/** Lines that are no records, each for its reason. None of them can be cut into one that is. */
export const badLines: readonly (() => DrawnLine)[] = [
  () => noJson('{"topic": "sig'),
  () => noJson(`${line({})}}`),
  () => noJson(`${line({})}${line({})}`),
  () => noJson('topic,partition,offset'),
  () => noJson(line({}).replace('"k"', "'k'")),
  () => noJson(line({}).replace('"v"', '"v\u0000"')),
  () => noJson('\u0000'.repeat(100)),
  () => noJson('\u{1f}\u{8b}'),
  () => noUtf8(Buffer.from(line({ value: '\u{ff}' }), 'latin1')),
  () => noUtf8(Buffer.from(`\u{feff}${line({})}`, 'utf16le')),
  () => noUtf8(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x24, 0, 1])),
  () => invalid('[1]'),
  () => invalid('"text"'),
  () => invalid('{}'),
  () => invalid('{"llmtrigger_answers": 1}'),
  () => invalid(line({ topic: undefined })),
  () => invalid(line({ topic: '' })),
  () => invalid(line({ topic: 'a b' })),
  () => invalid(line({ topic: '\u{1b}[2J' })),
  () => invalid(line({ partition: '0' })),
  () => invalid(line({ partition: -1 })),
  () => invalid(line({ partition: 0.5 })),
  () => invalid(line({ partition: 2e9 })),
  () => invalid(line({ offset: 900 })),
  () => invalid(line({ offset: '-1' })),
  () => invalid(line({ offset: '9'.repeat(16) })),
  () => invalid(line({ timestamp: 1795168800123 })),
  () => invalid(line({ timestamp: 'noon' })),
  () => invalid(line({ timestamp: '2026-02-30T00:00:00.000Z' })),
  () => invalid(line({ timestamp: '2026-11-20T24:00:00.000Z' })),
  () => invalid(line({ timestamp: '2026-11-20T10:00:00.123+01:00' })),
  () => invalid(line({ timestamp: '2026-11-20' })),
  () => invalid(line({ key: undefined })),
  () => invalid(line({ value: { a: 1 } })),
  () => invalid(line({ value: '\u{d800}' })),
  () => invalid(line({ key: 'half of a pair: \u{dc00}' })),
  () => invalid(line({ headers: null })),
  () => invalid(line({ headers: [] })),
  () => invalid(line({ headers: { a: 1 } })),
  () => invalid(line({ headers: { a: [] } })),
  () => invalid(line({ headers: { a: ['b', ['c']] } })),
  () => invalid(line({ encoding: 'hex' })),
  () => invalid(line({ encoding: null })),
  () => invalid(base64({ value: 'dg' })),
  () => invalid(base64({ value: 'dh==' })),
  () => invalid(base64({ value: 'd g=' })),
  () => invalid(base64({ key: 'a-_=' })),
  () => invalid(base64({ headers: { a: ['dg==', '!'] } })),
  () => ({ text: JSON.stringify({ llmtrigger_recording: 1, topics: 5 }), reason: 'header_invalid' }),
  () => ({ text: JSON.stringify({ llmtrigger_recording: 2 }), reason: 'version_unknown' }),
  () => ({ text: JSON.stringify({ ...good, llmtrigger_recording: '1' }), reason: 'version_unknown' }),
  () => ({ text: line({ value: 'v'.repeat(LINE_BYTES_MAX) }), reason: 'line_too_long' }),
]
