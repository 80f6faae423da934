import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SkipReason } from '../../../pipeline/recordings/bad-line.ts'
import { openRecording } from '../../../pipeline/recordings/open-recording.ts'
import type { RecordedRecord } from '../../../pipeline/recordings/recorded-record.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { badLines } from '../../support/recordings/bad-lines.ts'
import {
  type HostileLine,
  type HostileRecording,
  hostileRecording,
} from '../../support/recordings/hostile-recording.ts'
import { recordedLine } from '../../support/recordings/recorded-line.ts'

const SEEDS = 3 * badLines.length

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'llmtrigger-hostile-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** All that a record holds, as text: the comparison of long bytes takes its time. */
function shown(record: RecordedRecord): string {
  return JSON.stringify(recordedLine(record, 'base64'))
}

interface Expected {
  readonly records: readonly string[]
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>
  /** The first line that is bad; null where none is. */
  readonly badLine: number | null
}

/** What the reader has to make of the lines, written apart from it. */
function expectedOf({ lines, packing }: HostileRecording): Expected {
  const records: string[] = []
  const skipped: Partial<Record<SkipReason, number>> = {}
  let badLine: number | null = null
  const bad = (reason: SkipReason, number: number) => {
    skipped[reason] = (skipped[reason] ?? 0) + 1
    badLine = Math.min(badLine ?? number, number)
  }
  // What is missing of packed data, half a line of it included, counts once.
  const isHalved = packing === 'cut' && lines.at(-1)?.hasEnd === false
  if (packing === 'cut') bad('cut_short', lines.length + (isHalved ? 0 : 1))
  const isPartOfCut = ({ hasEnd, meaning }: HostileLine) => isHalved && !hasEnd && typeof meaning === 'string'
  const judge = judgeOf()
  lines.forEach((line, index) => {
    if (isPartOfCut(line)) return
    const judged = judge(line)
    if (typeof judged === 'string') bad(judged, index + 1)
    else if (judged !== null) records.push(shown(judged))
  })
  return { records, skipped, badLine }
}

/** What a line is behind those before it: a record, why it is none, or null where it is neither. */
function judgeOf(): (line: HostileLine) => RecordedRecord | SkipReason | null {
  const rises = risingOffsets()
  let isForeign = false
  return ({ meaning, hasEnd }) => {
    if (meaning === 'blank') return null
    isForeign = meaning === 'version_unknown' || (isForeign && meaning !== 'header')
    if (meaning === 'header') return null
    if (isForeign) return 'version_unknown'
    if (typeof meaning === 'string') return reasonOf(meaning, hasEnd)
    return rises(meaning) ? meaning : 'offset_repeated'
  }
}

/** A last line without an end that makes no sense was longer. */
function reasonOf(meaning: SkipReason, hasEnd: boolean): SkipReason {
  return !hasEnd && (meaning === 'not_json' || meaning === 'not_utf8') ? 'cut_short' : meaning
}

function risingOffsets(): (record: RecordedRecord) => boolean {
  const newest = new Map<string, number>()
  return ({ topic, partition, offset }) => {
    const rises = offset > (newest.get(`${topic}/${partition}`) ?? -1)
    if (rises) newest.set(`${topic}/${partition}`, offset)
    return rises
  }
}

async function read(file: string, skipBad: boolean) {
  const recording = openRecording(file, { skipBad })
  const records: string[] = []
  try {
    for await (const batch of recording.batches()) records.push(...batch.map(shown))
    return { records, skipped: recording.skipped, problem: null }
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    expect(error.code).toBe('recording_invalid')
    return { records, skipped: recording.skipped, problem: error.message }
  }
}

describe('hostile recordings', () => {
  test.each(Array.from({ length: SEEDS }, (_, seed) => [seed]))('seed %i', async seed => {
    const recording = hostileRecording(seed)
    const file = join(folder, `${seed}.ndjson`)
    writeFileSync(file, recording.bytes)
    const expected = expectedOf(recording)
    const strict = await read(file, false)
    const lenient = await read(file, true)
    rmSync(file)

    if (recording.packing === 'damaged') {
      expect(strict.problem).toMatch(/\.ndjson:\d+: /)
      // Bytes that end too early cannot be told from those that were changed so that they do.
      if (lenient.problem === null) expect(lenient.skipped).toMatchObject({ cut_short: 1 })
      else expect(lenient.problem).toMatch(/\.ndjson:\d+: the gzip data is damaged/)
      return
    }
    const { records, skipped, badLine } = expected
    if (badLine !== null) expect(strict.problem).toMatch(new RegExp(`/${seed}\\.ndjson:${badLine}: .`))
    else expect(strict.problem === null || records.length === 0).toBe(true)
    expect(lenient.records.length).toBe(records.length)
    expect(lenient).toEqual({
      records,
      skipped,
      problem: records.length > 0 ? null : expect.stringContaining('the recording holds no record'),
    })
  })
})
