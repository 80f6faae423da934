import type { Logger } from 'pino'
import type { StageStatus } from '../operators/lanes/lane.ts'
import type { Stage } from '../operators/telemetry.ts'
import type { Readiness } from './http/health-routes.ts'

export interface DeploymentState {
  /** Before there is any stage: why Kafka cannot be had; null when it can. */
  kafkaProblem(problem: string | null): void
  changed(status: StageStatus): void
  readiness(): Readiness
}

export interface DeploymentStateOptions {
  readonly stages: readonly Stage[]
  readonly log: Logger
  /** What the process can do without, if not as well: it is shown, and does not make the process unready. */
  readonly aids?: () => Readiness['dependencies']
  /** Called once, when all lanes are open for the first time. */
  readonly onReady: () => void
}

/** Whether the process does its work: every stage is a member of its group and has all its lanes open. */
export function deploymentState({ stages, log, aids, onReady }: DeploymentStateOptions): DeploymentState {
  const statuses = new Map<Stage, StageStatus>()
  let kafka: string | null = 'not reached yet'
  let wasReady = false

  const readiness = (): Readiness => {
    const dependencies = Object.fromEntries(
      stages.map(stage => [stage, stageReadiness(statuses.get(stage), kafka)]),
    )
    const ready = Object.values(dependencies).every(dependency => dependency.ready)
    return { ready, dependencies: { ...dependencies, ...aids?.() } }
  }

  return {
    kafkaProblem: problem => {
      kafka = problem
    },
    changed: status => {
      const before = stageReadiness(statuses.get(status.stage), null)
      statuses.set(status.stage, status)
      logChange(log, status, before.detail)
      if (wasReady || !readiness().ready) return
      wasReady = true
      onReady()
    },
    readiness,
  }
}

function logChange(log: Logger, status: StageStatus, before: string | null): void {
  const { stage, problem, open } = status
  const { ready, detail } = stageReadiness(status, null)
  if (detail === before) return
  if (ready) log.info({ stage, lanes: open }, 'stage is ready')
  else if (problem !== null) log.warn({ stage, problem }, 'stage is not ready')
}

function stageReadiness(
  status: StageStatus | undefined,
  kafka: string | null,
): Readiness['dependencies'][string] {
  const detail = kafka ?? (status === undefined ? 'not started' : (status.problem ?? missingLanes(status)))
  return { ready: detail === null, detail }
}

function missingLanes({ assigned, open }: StageStatus): string | null {
  if (assigned === null) return 'not a member of its consumer group yet'
  return open < assigned ? `${open} of ${assigned} lanes are open` : null
}
