import { setImmediate } from 'node:timers/promises'
import { concatMap, defer, from, lastValueFrom, of } from 'rxjs'
import { estimateTokens } from '../../operators/asking/estimate-tokens.ts'
import type { AskModel } from '../../operators/asking/model.ts'
import { demoPrice } from '../../pipeline/demo/demo-config.ts'
import { playDemo } from '../../pipeline/demo/play-demo.ts'
import { readRecording } from '../../pipeline/recordings/read-recording.ts'
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
  const records = await readRecording(file)
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
