import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { concatMap, defer, from, lastValueFrom, of } from 'rxjs'
import { estimateTokens } from '../../operators/asking/estimate-tokens.ts'
import type { AskModel } from '../../operators/asking/model.ts'
import { demoPrice } from '../../pipeline/demo/demo-config.ts'
import { playDemo } from '../../pipeline/demo/play-demo.ts'
import { type RecordedRecord, readRecording } from '../../pipeline/recordings/read-recording.ts'
import { parseSimulatorSettings } from '../../pipeline/simulator/parse-simulator-settings.ts'
import { compileScript } from '../../pipeline/simulator/script/compile-script.ts'
import { configSchema } from '../../schemas/config.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'

export interface PlayRecordingOptions {
  readonly file: string
  readonly rules: readonly Rule[]
  /** Answers as the simulator takes them. */
  readonly answers: unknown
}

/** Plays a recording through the chains in virtual time, with a model that answers by a script in this process. */
export async function playRecording({
  file,
  rules,
  answers,
}: PlayRecordingOptions): Promise<readonly Decision[]> {
  const records = readUnpacked(file)
  const topics = [...new Set(records.map(({ topic }) => topic))]
  const config = configSchema.parse({
    kafka: { partitions: 2 },
    sources: topics.map(topic => ({ topic, from: 'earliest' })),
    models: {
      default: 'scripted',
      scripted: {
        provider: 'openai',
        base_url: 'http://127.0.0.1:1/v1',
        model: 'scripted',
        price: demoPrice,
      },
    },
  })
  let decisions: readonly Decision[] = []
  const played$ = playDemo({
    config,
    rules,
    records,
    ask: scripted(answers),
    speed: 'max',
    onProgress: tally => void (decisions = tally.decisions),
  })
  await lastValueFrom(played$)
  return decisions
}

function readUnpacked(file: string): readonly RecordedRecord[] {
  const folder = mkdtempSync(join(tmpdir(), 'llmtrigger-test-'))
  try {
    const unpacked = join(folder, 'day.ndjson')
    writeFileSync(unpacked, gunzipSync(readFileSync(file)))
    return readRecording(unpacked)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function scripted(answers: unknown): AskModel {
  const script = compileScript(parseSimulatorSettings({ answers }))
  return ({ messages }) =>
    defer(() => {
      const prompt = messages.map(({ content }) => content).join('\n\n')
      const { text } = script(prompt)
      const tokens = { input: estimateTokens(prompt), output: estimateTokens(text) }
      // As an answer comes: a macrotask later.
      return from(setImmediate()).pipe(concatMap(() => of({ text, finish: 'stop' as const, tokens })))
    })
}
