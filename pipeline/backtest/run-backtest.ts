import {
  concat,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  Subject,
  takeUntil,
  tap,
} from 'rxjs'
import type { LogRecord } from '../../operators/lanes/lane.ts'
import { reportEvaluations } from '../../operators/matching/report-evaluations.ts'
import { localQuota } from '../../operators/gateway/local-quota.ts'
import type { QuotaLimits } from '../../operators/gateway/quota.ts'
import { fixedRules } from '../../operators/rules/fixed-rules.ts'
import type { Stage, Telemetry } from '../../operators/telemetry.ts'
import type { Config, SourceConfig } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import { createGateway, type Gateway } from '../create-gateway.ts'
import type { DrivenClock } from '../memory/driven-clock.ts'
import { memoryLog } from '../memory/memory-log.ts'
import { CallTurns } from '../playing/call-turns.ts'
import { driveRecording } from '../playing/drive-recording.ts'
import type { RecordBatches } from '../playing/record-feed.ts'
import type { PlayRecord, Progress } from '../playing/record-player.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'
import { runStages, type RunStagesOptions } from '../run-stages.ts'
import { topicsOf } from '../topics-of.ts'
import type { BacktestModel } from './backtest-model.ts'

export interface RunBacktestOptions {
  /** Its sources do not count. */
  readonly config: Config
  readonly rules: readonly Rule[]
  /** The recording, in the order in which it is played. */
  readonly batches: RecordBatches
  /** What its records are: `work` is what ROUTE has made of events, and then only DECIDE runs. */
  readonly holds: 'events' | 'work'
  /** How the events of a topic are read; called once for each topic, and throws where it is none of the user's. */
  readonly sourceOf: (topic: string) => SourceConfig
  /** Virtual: stands before the first record. */
  readonly clock: DrivenClock
  readonly model: BacktestModel
  /** Whether the limits of the configured models are kept, in virtual time; else each call starts at once. */
  readonly limits: boolean
  readonly telemetry: Telemetry
  /** Where windows of a run before are to come out as they did: when those were due that the chain cannot know. */
  readonly knownDueMs?: RunStagesOptions['knownDueMs'] | undefined
  /** Told of each record just before it is played. */
  readonly onRecord?: PlayRecord
  /** Given what is written on `decisions`, `alerts` and `dead-letter`, as it is written. */
  readonly onOutput?: (topic: string, record: LogRecord) => void
}

/** Topics of one recording. */
export const TOPICS_MAX = 1000
/** What may wait in one partition for a lane that is full. */
const BACKLOG_BYTES_MAX = 256 * 1024 * 1024

const ignore = () => undefined

/**
 * Plays a recording through the very stages that run live, on the in-memory log and in virtual time, until every window is
 * closed and decided. The same recording, rules and answers give the same decisions, byte for byte.
 *
 * Shape:  the progress, at least every 10 ms; the last one has `ended`.
 * Time:   `clock`, which is moved to the next record or timer when no answer is due. The wall clock changes nothing.
 * State:  what lanes hold, within their bounds, and one batch of the recording, however long it is.
 * Errors: those of the recording, of `sourceOf` and of `model`; `backlog_too_large`.
 */
export function runBacktest(options: RunBacktestOptions): Observable<Progress> {
  return defer(() => {
    const { clock, batches } = options
    const turns = new CallTurns(clock)
    const stopping$ = new Subject<void>()
    const { append, stages$ } = stagesOf(options, turns, stopping$)
    const progress$ = driveRecording({ clock, batches, append, turns, speed: 'max' }).pipe(
      tap(({ ended }) => {
        if (ended) stopping$.next()
      }),
    )
    const broken$ = (options.model.broken$ ?? EMPTY).pipe(takeUntil(stopping$))
    return merge(stages$.pipe(ignoreElements()), broken$, progress$)
  })
}

interface PlayedStages {
  readonly stages$: Observable<unknown>
  readonly append: PlayRecord
}

function stagesOf(options: RunBacktestOptions, turns: CallTurns, stopping$: Subject<void>): PlayedStages {
  const { config, holds, clock, telemetry, knownDueMs, onOutput = ignore, onRecord = ignore } = options
  const retention = { bytesMax: BACKLOG_BYTES_MAX, onUnread: onOutput }
  const log = memoryLog({ partitions: partitionsOf(config), clock, retention })
  const rules = fixedRules(options.rules)
  const gateway = gatewayOf(options, turns)
  const run = (stage: Stage, sources: readonly SourceConfig[]) =>
    runStages({
      stages: [stage],
      config: { ...config, sources: [...sources] },
      rules,
      gateway,
      runLanes: log.runLanes,
      clock,
      telemetry,
      // The prompts say the same in every run.
      fenceSecret: 'backtest',
      random: () => 0,
      stopping$,
      ...(knownDueMs !== undefined && { knownDueMs }),
    })
  const sources = new PlayedSources(options.sourceOf)
  const routes$ = sources.found$.pipe(
    takeUntil(stopping$),
    mergeMap(source => run('route', [source]), TOPICS_MAX),
  )
  const evaluated$ = defer(() => {
    reportEvaluations(rules.table, telemetry)
    return EMPTY
  })
  const takeWork = workTaker(config)
  return {
    stages$: concat(merge(run('decide', []), routes$), evaluated$),
    append: (record, isLate) => {
      onRecord(record, isLate)
      if (holds === 'events') sources.see(record)
      log.append(holds === 'events' ? record.topic : takeWork(record), record)
    },
  }
}

function gatewayOf({ config, clock, model, limits }: RunBacktestOptions, turns: CallTurns): Gateway {
  return createGateway(config, {
    clock,
    random: () => 0,
    ...(!limits && {
      quotaOf: ({ leaseMs, charge }) => localQuota({ limits: noLimits, jitterMs: 0, leaseMs, charge, clock }),
    }),
    connect: (described, name) => turns.inTurn(model.connect(described, name), model.latencyOf),
  })
}

const noLimits: QuotaLimits = {
  requests_per_minute: null,
  tokens_per_minute: null,
  input_tokens_per_minute: null,
  output_tokens_per_minute: null,
  requests_per_day: null,
  tokens_per_day: null,
  concurrency: null,
}

function partitionsOf({ kafka: { partitions, topic_prefix } }: Config): Readonly<Record<string, number>> {
  const { work, decisions, alerts, deadLetter } = topicsOf(topic_prefix)
  const twice = 2 * partitions
  return { [work]: twice, [decisions]: twice, [alerts]: twice, [deadLetter]: partitions }
}

/** Where a record of `work` goes: to the partition that it had. */
function workTaker({ kafka: { partitions, topic_prefix } }: Config): (record: RecordedRecord) => string {
  const { work } = topicsOf(topic_prefix)
  return ({ topic, partition }) => {
    if (partition < 2 * partitions) return work
    const message = `${topic} has a partition ${partition}, and kafka.partitions is ${partitions}, which makes ${2 * partitions}: give the configuration of the deployment that it was recorded from`
    throw new PipelineError('config_invalid', message)
  }
}

/** The topics of events that have come up, each once. */
class PlayedSources {
  readonly found$ = new Subject<SourceConfig>()
  private readonly seen = new Set<string>()
  private readonly sourceOf: RunBacktestOptions['sourceOf']

  constructor(sourceOf: RunBacktestOptions['sourceOf']) {
    this.sourceOf = sourceOf
  }

  see({ topic }: RecordedRecord): void {
    if (this.seen.has(topic)) return
    if (this.seen.size >= TOPICS_MAX) {
      throw new PipelineError('recording_invalid', `the recording has more than ${TOPICS_MAX} topics`)
    }
    this.seen.add(topic)
    this.found$.next(this.sourceOf(topic))
  }
}
