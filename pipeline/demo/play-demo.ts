import { concat, defer, ignoreElements, merge, type Observable, of, Subject, tap } from 'rxjs'
import type { AskModel } from '../../operators/asking/model.ts'
import { fixedRules } from '../../operators/rules/fixed-rules.ts'
import type { Config } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'
import { workSchema } from '../../schemas/work.ts'
import { DrivenClock } from '../memory/driven-clock.ts'
import { memoryLog } from '../memory/memory-log.ts'
import { createGateway } from '../create-gateway.ts'
import { CallTurns } from '../playing/call-turns.ts'
import { driveRecording } from '../playing/drive-recording.ts'
import type { Progress } from '../playing/record-player.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'
import { runStages } from '../run-stages.ts'
import { topicsOf } from '../topics-of.ts'
import { demoPrice } from './demo-config.ts'
import { type DemoSummary, demoSummary } from './demo-summary.ts'
import type { DemoTally } from './demo-tally.ts'
import { demoTelemetry } from './demo-telemetry.ts'
import { eventTypeOf } from './event-type-of.ts'
import { rulesThatHear } from './rules-that-hear.ts'

export interface PlayDemoOptions {
  readonly config: Config
  readonly rules: readonly Rule[]
  readonly records: readonly RecordedRecord[]
  readonly ask: AskModel
  readonly speed: number | 'max'
  readonly onProgress: (tally: DemoTally, progress: Progress) => void
}

/** Runs the stages on an in-memory log and plays the recording onto it; emits the summary when all of it is decided. */
export function playDemo(options: PlayDemoOptions): Observable<DemoSummary> {
  const { config, records, speed } = options
  const rules = rulesThatHear(records.map(eventTypeOf), options.rules)
  return defer(() => {
    const startMs = records[0]?.timestampMs ?? 0
    const endMs = records.at(-1)?.timestampMs ?? startMs
    const clock = new DrivenClock(startMs)
    const log = memoryLog({ partitions: partitionsOf(options), clock })
    const { telemetry, tally, arrive } = demoTelemetry(rules, clock)
    const turns = new CallTurns(clock)
    const ask = turns.inTurn(options.ask)
    const stopping$ = new Subject<void>()
    const stages$ = runStages({
      stages: ['decide', 'route'],
      config,
      rules: fixedRules(rules),
      gateway: createGateway(config, { clock, random: () => 0, connect: () => ask }),
      runLanes: log.runLanes,
      clock,
      telemetry,
      // The prompts stay in this process, and every run is to be the same.
      fenceSecret: 'demo',
      random: () => 0,
      stopping$,
    })
    const append = (record: RecordedRecord) => {
      arrive(eventTypeOf(record))
      log.append(record.topic, record)
    }
    const played$ = driveRecording({ clock, batches: [records], append, turns, speed }).pipe(
      tap(progress => {
        options.onProgress(tally, progress)
        if (progress.ended) stopping$.next()
      }),
    )
    const summary$ = defer(() => {
      const work = log
        .records(topicsOf(config.kafka.topic_prefix).work)
        .map(({ value }) => workSchema.parse(JSON.parse(String(value))))
      const { prompt_tokens_max: promptTokensMax } = config
      return of(demoSummary({ tally, work, price: demoPrice, startMs, endMs, promptTokensMax }))
    })
    return concat(merge(stages$, played$).pipe(ignoreElements()), summary$)
  })
}

function partitionsOf({ config, records }: PlayDemoOptions): Readonly<Record<string, number>> {
  const { partitions, topic_prefix } = config.kafka
  const topics = topicsOf(topic_prefix)
  const counts = new Map<string, number>()
  for (const { topic, partition } of records) {
    counts.set(topic, Math.max(counts.get(topic) ?? 1, partition + 1))
  }
  return {
    ...Object.fromEntries(counts),
    [topics.work]: 2 * partitions,
    [topics.decisions]: 2 * partitions,
    [topics.alerts]: 2 * partitions,
    [topics.deadLetter]: partitions,
  }
}
