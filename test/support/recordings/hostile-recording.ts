import { isUtf8 } from 'node:buffer'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import type { SkipReason } from '../../../pipeline/recordings/bad-line.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import { badLines } from './bad-lines.ts'
import { drawRecord } from './draw-record.ts'
import { recordedLine } from './recorded-line.ts'

export interface HostileLine {
  readonly bytes: Buffer
  /** What it was made to be. */
  readonly meaning: RecordedRecord | SkipReason | 'header' | 'blank'
  /** False for a last line without an end. */
  readonly hasEnd: boolean
}

export interface HostileRecording {
  readonly bytes: Buffer
  /** Those that are in it; the last one may be half of one. */
  readonly lines: readonly HostileLine[]
  /** `damaged`: it cannot be told from its bytes which records are as they were written. */
  readonly packing: 'whole' | 'cut' | 'damaged'
}

const header = { llmtrigger_recording: 1, program: '0.1.0', recorded_at: '2026-11-20T10:00:00.000Z' }
const plainFaults = ['none', 'none', 'cut', 'no end'] as const
const gzipFaults = ['none', 'cut', 'flip', 'checksum', 'zeros', 'more'] as const

type Draw = (count: number) => number

/** A recording with which something is wrong, nearly always; the same for the same seed. */
export function hostileRecording(seed: number): HostileRecording {
  const random = seededRandom(seed)
  const upTo: Draw = count => Math.floor(random() * count)
  const feed = Buffer.from(upTo(5) === 0 ? '\r\n' : '\n')
  const lines = drawLines(seed, random).map(line => ({ ...line, bytes: Buffer.concat([line.bytes, feed]) }))
  const bytes = Buffer.concat(lines.map(line => line.bytes))
  if (seed % 2 === 0) {
    const fault = plainFaults[upTo(plainFaults.length)]
    const length =
      fault === 'cut' ? upTo(bytes.length) : bytes.length - (fault === 'no end' ? feed.length : 0)
    const left = bytes.subarray(0, length)
    return { bytes: left, lines: linesIn(lines, left), packing: 'whole' }
  }
  const middle = upTo(3) === 0 ? upTo(bytes.length) : 0
  const members = middle === 0 ? [bytes] : [bytes.subarray(0, middle), bytes.subarray(middle)]
  const packed = Buffer.concat(members.map(member => gzipSync(member)))
  return harm({ bytes: packed, lines, packing: 'whole' }, gzipFaults[upTo(gzipFaults.length)] ?? 'none', upTo)
}

function drawLines(seed: number, random: () => number): HostileLine[] {
  const upTo: Draw = count => Math.floor(random() * count)
  const lines: HostileLine[] = []
  const insert = ({ bytes, meaning }: Pick<HostileLine, 'bytes' | 'meaning'>) =>
    lines.splice(upTo(lines.length + 1), 0, { bytes, meaning, hasEnd: true })
  const count = seed % 10 === 0 ? 2500 : 1 + upTo(30)
  for (let offset = 0; offset < count; offset++) {
    const record = drawRecord(random, offset)
    lines.push({ bytes: textOf(record, random), meaning: record, hasEnd: true })
  }
  const large: RecordedRecord = { ...drawRecord(random, count), value: Buffer.alloc(10 * 1024 * 1024, seed) }
  if (seed % 40 === 3) insert({ bytes: textOf(large, () => 1), meaning: large })
  // What is there twice; the first of the two counts.
  for (let repeats = upTo(3); repeats > 0; repeats--) lines.slice(upTo(count)).slice(0, 1).forEach(insert)
  for (const line of drawOddLines(seed, upTo)) insert(line)
  return lines
}

function drawOddLines(seed: number, upTo: Draw): Pick<HostileLine, 'bytes' | 'meaning'>[] {
  const text = JSON.stringify(header)
  const known = [
    { bytes: Buffer.from(text), meaning: 'header' as const },
    { bytes: Buffer.from(text), meaning: 'header' as const },
    { bytes: Buffer.from(`\u{feff}${text}`), meaning: 'header' as const },
    { bytes: Buffer.from('  '), meaning: 'blank' as const },
  ].filter(() => upTo(3) === 0)
  // The last is the largest, and once is enough for it.
  const indices = [seed, upTo(badLines.length - 1)].slice(upTo(2))
  const bad = indices
    .flatMap(index => badLines[index % badLines.length]?.() ?? [])
    .map(({ text: line, reason }) => ({ bytes: Buffer.from(line), meaning: reason }))
  return [...known, ...bad]
}

function textOf(record: RecordedRecord, random: () => number): Buffer {
  const values = [record.key, record.value, ...Object.values(record.headers)].flat()
  const isText = values.every(bytes => isUtf8(Buffer.from(bytes ?? '')))
  return Buffer.from(JSON.stringify(recordedLine(record, isText && random() < 0.9 ? 'utf8' : 'base64')))
}

function harm(recording: HostileRecording, fault: (typeof gzipFaults)[number], upTo: Draw): HostileRecording {
  const { bytes, lines } = recording
  if (fault === 'zeros') return { ...recording, bytes: Buffer.concat([bytes, Buffer.alloc(20)]) }
  if (fault === 'more')
    return { bytes: Buffer.concat([bytes, Buffer.from('more')]), lines, packing: 'damaged' }
  if (fault === 'cut') {
    const left = bytes.subarray(0, 2 + upTo(bytes.length - 2))
    const text = gunzipSync(left, { finishFlush: constants.Z_SYNC_FLUSH })
    return { bytes: left, lines: linesIn(lines, text), packing: 'cut' }
  }
  if (fault === 'none') return recording
  // The last eight bytes are the checksum and the length; the first ten, a header that may say anything.
  const at = fault === 'checksum' ? bytes.length - 8 + upTo(8) : 10 + upTo(bytes.length - 10)
  const flipped = Buffer.from(bytes)
  flipped.writeUInt8(flipped.readUInt8(at) ^ (1 << upTo(8)), at)
  return { bytes: flipped, lines, packing: isSame(flipped, bytes) ? 'whole' : 'damaged' }
}

/** Some bits of a packed file mean nothing. */
function isSame(flipped: Buffer, bytes: Buffer): boolean {
  try {
    return gunzipSync(flipped).equals(gunzipSync(bytes))
  } catch {
    return false
  }
}

function linesIn(lines: readonly HostileLine[], left: Buffer): HostileLine[] {
  const found: HostileLine[] = []
  let start = 0
  for (const line of lines) {
    const bytes = left.subarray(start, start + line.bytes.length)
    start += line.bytes.length
    if (bytes.length === line.bytes.length) found.push(line)
    else return bytes.length === 0 ? found : [...found, halfOf(line, bytes)]
  }
  return found
}

function halfOf(line: HostileLine, bytes: Buffer): HostileLine {
  if (bytes.toString().trim() === '') return { bytes, meaning: 'blank', hasEnd: false }
  const endBytes = line.bytes.at(-2) === 13 ? 2 : 1
  const isAll = bytes.length >= line.bytes.length - endBytes
  return { bytes, meaning: isAll ? line.meaning : 'cut_short', hasEnd: false }
}
