import { randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import { asyncScheduler, EMPTY, mergeMap, type Observable, takeUntil } from 'rxjs'
import type { FieldSketch } from '../operators/events/field-sketch.ts'
import type { StageStatus } from '../operators/lanes/lane.ts'
import { reportEvaluations } from '../operators/matching/report-evaluations.ts'
import type { Stage } from '../operators/telemetry.ts'
import type { Config } from '../schemas/config.ts'
import type { Gateway } from './create-gateway.ts'
import { kafkaLanes } from './kafka/kafka-lanes.ts'
import { watchTopics } from './kafka/watch-topics.ts'
import type { Metrics } from './metrics/create-metrics.ts'
import type { OpenModels } from './models/open-models.ts'
import type { OpenRules } from './rules/open-rules.ts'
import { runStages } from './run-stages.ts'
import type { LaneWatch } from './windows/lane-watch.ts'

export interface Deployment {
  readonly config: Config
  readonly rules: Pick<OpenRules, 'kept$' | 'live'>
  readonly gateway: Gateway
  readonly models: Pick<OpenModels, 'kept$' | 'counting'>
  readonly stages: readonly Stage[]
  readonly metrics: Metrics
  readonly log: Logger
  readonly stopping$: Observable<unknown>
  readonly fields: Pick<FieldSketch, 'offer'>
  /** Where the lanes of DECIDE can be looked at. */
  readonly watch?: LaneWatch
  /** Kafka cannot be reached, before there is any stage; null when it can. */
  readonly onProblem: (problem: string | null) => void
}

/**
 * Runs the stages on Kafka, once its topics are as they must be, and rules and models as people have last set them.
 *
 * Shape:  the status of a stage at every change; completes after `stopping$`.
 * Time:   waits for Kafka at start as long as it takes.
 * Errors: what a person must mend: missing or different topics, refused commits.
 */
export function runDeployment(deployment: Deployment): Observable<StageStatus> {
  const { config, models, rules, metrics, log, stopping$, onProblem } = deployment
  const differences$ = watchTopics({
    config,
    clock: asyncScheduler,
    onUnreachable: problem => {
      log.warn({ problem }, 'kafka cannot be reached, trying again')
      onProblem(problem)
    },
  })
  return differences$.pipe(
    takeUntil(stopping$),
    mergeMap((found, look) => {
      for (const { topic, message } of found) log.warn({ topic }, message)
      if (look > 0) return EMPTY
      onProblem(null)
      // With many rules ROUTE reports only now and then: each scrape sees all that was counted.
      metrics.beforeScrape(() => {
        reportEvaluations(rules.live.table, metrics.telemetry)
      })
      return rules.kept$.pipe(
        mergeMap(() => models.kept$, 1),
        takeUntil(stopping$),
        mergeMap(() => runStages({ ...deployment, ...runtimeOf(deployment), rules: rules.live }), 1),
      )
    }, 2),
  )
}

function runtimeOf({ config, models, gateway, metrics, log }: Deployment) {
  return {
    runLanes: kafkaLanes({
      config: config.kafka,
      log: ({ message, fields }) => {
        log.debug({ ...fields, message }, 'kafka client')
      },
      observer: {
        ...metrics.lanes,
        joined: (stage, members) => {
          if (stage === 'decide') for (const { quota } of gateway.all) quota.shareAmong(members)
        },
        commitForgotten: (stage, { topic, partition }, { answered, committed }) => {
          const facts = { stage, topic, partition, answered, committed }
          log.warn(
            facts,
            'the broker has forgotten what was committed: going on where the group or the outputs say it was',
          )
        },
        outputsRead: (stage, { topic, partition }, { records }) => {
          log.info({ stage, topic, partition, records }, 'reading outputs for what was committed')
        },
        laneFailed: (stage, { topic, partition }, error) => {
          log.warn({ stage, topic, partition, err: error }, 'lane failed, opening it again')
        },
      },
    }),
    clock: asyncScheduler,
    telemetry: models.counting(metrics.telemetry),
    fenceSecret: randomBytes(32).toString('hex'),
    random: Math.random,
  }
}
