import {
  ignoreElements,
  lastValueFrom,
  merge,
  type Observable,
  Subject,
  tap,
  throwError,
  timeout,
} from 'rxjs'
import { fixedRules } from '../../operators/rules/fixed-rules.ts'
import type { Alert } from '../../schemas/alert.ts'
import type { Decision } from '../../schemas/decision.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { RuleTest } from '../../schemas/rule-test.ts'
import type { Rule } from '../../schemas/rule.ts'
import { createGateway } from '../create-gateway.ts'
import { DrivenClock } from '../memory/driven-clock.ts'
import { memoryLog } from '../memory/memory-log.ts'
import { CallTurns } from '../playing/call-turns.ts'
import { driveRecording } from '../playing/drive-recording.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'
import { runStages } from '../run-stages.ts'
import { topicsOf } from '../topics-of.ts'
import { collectTelemetry } from './collect-telemetry.ts'
import { scriptedModel } from './scripted-model.ts'
import { testConfig } from './test-config.ts'
import type { TestCall, TestModel } from './test-model.ts'
import { TEST_START_MS, testRecords } from './test-records.ts'

/** What came of some events. */
export interface TestRun {
  readonly alerts: readonly Alert[]
  readonly model_calls: number
  /** In the order in which they were decided. */
  readonly decisions: readonly Decision[]
  readonly trace: {
    readonly records: readonly RecordedRecord[]
    readonly calls: readonly TestCall[]
  }
}

export interface TestRuleOptions {
  /** Asked in place of the answers of the test. */
  readonly model?: TestModel
  readonly wallMsMax?: number
}

/** How long a test may take by the wall clock. */
const TEST_WALL_MS_MAX = 30_000

/**
 * Sends events through ROUTE and DECIDE, the very chains of the pipeline, in virtual time, until every window has closed and
 * is decided. Nothing is stored, and no model is called unless one is given: the answers are taken in their order. A disabled rule is run as if
 * it were enabled. What takes too long is a `test_too_long`.
 */
export async function testRule(
  rule: Rule,
  { events, answers = [] }: Pick<RuleTest, 'events' | 'answers'>,
  { model = scriptedModel(answers), wallMsMax = TEST_WALL_MS_MAX }: TestRuleOptions = {},
): Promise<TestRun> {
  const records = testRecords(events)
  const { decisions, alerts } = await play({ ...rule, enabled: true }, { records, model, wallMsMax })
  return {
    alerts,
    model_calls: model.calls.length,
    decisions,
    trace: { records, calls: model.calls },
  }
}

interface Play {
  readonly records: readonly RecordedRecord[]
  readonly model: TestModel
  readonly wallMsMax: number
}

async function play(rule: Rule, { records, model, wallMsMax }: Play) {
  const config = testConfig(model.concurrency)
  const { work, decisions, alerts } = topicsOf(config.kafka.topic_prefix)
  const clock = new DrivenClock(TEST_START_MS)
  const log = memoryLog({ partitions: { [work]: 2, [decisions]: 2, [alerts]: 2 }, clock })
  const turns = new CallTurns(clock)
  const ask = turns.inTurn(model.ask)
  const gateway = createGateway(config, { clock, random: () => 0, connect: () => ask })
  const [gate] = gateway.all
  if (gate === undefined) throw new Error('tests have a model')
  const { telemetry, ...collected } = collectTelemetry()
  const stopping$ = new Subject<void>()
  const stages$ = runStages({
    stages: ['decide', 'route'],
    config,
    rules: fixedRules([rule]),
    // Whatever model the rule names.
    gateway: { ...gateway, gatesOf: () => [gate] },
    runLanes: log.runLanes,
    clock,
    telemetry,
    fenceSecret: 'test',
    random: () => 0,
    stopping$,
  })
  const append = (record: RecordedRecord) => {
    log.append(record.topic, record)
  }
  const played$ = driveRecording({ clock, batches: [records], append, turns, speed: 'max' }).pipe(
    tap(({ ended }) => {
      if (ended) stopping$.next()
    }),
  )
  const all$ = merge(stages$, played$).pipe(
    ignoreElements(),
    timeout({ first: wallMsMax, with: () => tooLong(wallMsMax) }),
  )
  await lastValueFrom(all$, { defaultValue: null })
  return collected
}

function tooLong(wallMsMax: number): Observable<never> {
  const message = `broken off after ${wallMsMax / 1000} s: give the tests fewer events`
  return throwError(() => new PipelineError('test_too_long', message))
}
