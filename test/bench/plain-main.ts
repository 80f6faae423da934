import { parseArgs } from 'node:util'
import { asyncScheduler, fromEvent, lastValueFrom, ReplaySubject, tap } from 'rxjs'
import { loadConfig } from '../../pipeline/config/load-config.ts'
import { createLog } from '../../pipeline/create-log.ts'
import { deploymentState } from '../../pipeline/deployment-state.ts'
import { kafkaLanes } from '../../pipeline/kafka/kafka-lanes.ts'
import { createMetrics } from '../../pipeline/metrics/create-metrics.ts'
import { betweenIo } from '../../pipeline/between-io.ts'
import { createGateway } from '../../pipeline/create-gateway.ts'
import { fixedRules } from '../../operators/rules/fixed-rules.ts'
import { loadRules } from '../../pipeline/rule-files/load-rules.ts'
import { runStages } from '../../pipeline/run-stages.ts'
import { plainLanes } from './plain-lanes.ts'

// `llmtrigger run` with plain commits, for the benchmark of what exactly-once costs; started as that command is.
const { values } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' }, stages: { type: 'string' } },
})
const loaded = loadConfig({ path: values.config, environment: process.env })
if (!loaded.ok) throw new Error('the configuration is invalid')
const { config } = loaded
const { rules } = loadRules(config.rules, { ids: 'required', models: { configured: config.models } })
const metrics = createMetrics()
const stages = ['route', 'decide'] as const
const state = deploymentState({
  stages,
  log: createLog({ level: 'silent' }),
  onReady: () => process.stderr.write('ready\n'),
})
state.kafkaProblem(null)
const stopping$ = new ReplaySubject<unknown>(1)
fromEvent(process, 'SIGTERM').subscribe(stopping$)
const running$ = runStages({
  config,
  rules: fixedRules(rules),
  stages,
  gateway: createGateway(config, { clock: asyncScheduler, random: Math.random, reading$: betweenIo() }),
  runLanes: plainLanes(kafkaLanes({ config: config.kafka, observer: metrics.lanes }), config.kafka.brokers),
  clock: asyncScheduler,
  telemetry: metrics.telemetry,
  fenceSecret: 'bench',
  random: Math.random,
  stopping$,
})
await lastValueFrom(
  running$.pipe(
    tap(status => {
      state.changed(status)
    }),
  ),
  { defaultValue: null },
)
process.exit(0)
