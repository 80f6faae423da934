import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import type { GeneratedDay } from './generated-day.ts'
import { renderExpectation } from './render-expectation.ts'
import { renderPlanted } from './render-planted.ts'
import { renderRecording } from './render-recording.ts'

/** The byte of a gzip header that names the operating system, and its value for none of them. */
const SYSTEM_BYTE = 9
const NO_SYSTEM = 255

export interface WrittenDay {
  readonly events: number
  readonly bytes: number
}

/** Writes a day into a folder: the recording, what was planted, and what is expected of a backtest. */
export function writeDay(day: GeneratedDay, folder: string, seed: number): WrittenDay {
  const recording = join(folder, `${day.name}.ndjson.gz`)
  mkdirSync(join(folder, day.name), { recursive: true })
  writeFileSync(join(folder, day.name, 'planted.ndjson'), renderPlanted(day.planted))
  writeFileSync(join(folder, day.name, 'expected.yaml'), renderExpectation(day.planted))
  writeCompressed(recording, renderRecording(day, seed))
  return { events: day.emissions.length, bytes: readFileSync(recording).length }
}

/** Leaves a file alone that says the same: two versions of zlib need not make the same bytes of it. */
function writeCompressed(file: string, text: string): void {
  if (existsSync(file) && gunzipSync(readFileSync(file)).toString() === text) return
  const bytes = gzipSync(text, { level: constants.Z_BEST_COMPRESSION })
  bytes[SYSTEM_BYTE] = NO_SYSTEM
  writeFileSync(file, bytes)
}
