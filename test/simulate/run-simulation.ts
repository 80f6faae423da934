import { drawPlan } from './draw-plan.ts'
import { playPlan } from './play-plan.ts'
import { shortenPlan } from './shorten-plan.ts'
import type { Plan } from './plan.ts'
import type { Violation } from './violation.ts'

export interface SimulationOptions {
  readonly runs: number
  /** The seed of the first run; each next one has the next. */
  readonly seed: number
  /** Only the first steps of each run; all of them where it is absent. */
  readonly steps?: number
  readonly onViolated?: (found: Violated) => void
}

/** A run that broke an invariant, with the fewest of its steps that still do. */
export interface Violated {
  readonly violation: Violation
  readonly shortest: Plan
}

export interface SimulationReport {
  readonly runs: number
  readonly violations: number
  readonly events: number
  readonly decisions: number
  readonly opens: number
  /** Runs without faults, which were run twice. */
  readonly repeated: number
}

/** Plays so many runs of consecutive seeds, and counts those that break an invariant. */
export function runSimulation(options: SimulationOptions): SimulationReport {
  const report = { runs: 0, violations: 0, events: 0, decisions: 0, opens: 0, repeated: 0 }
  for (let seed = options.seed; seed < options.seed + options.runs; seed++) {
    const drawn = drawPlan(seed)
    const plan = { ...drawn, steps: drawn.steps.slice(0, options.steps) }
    const played = playPlan(plan)
    report.runs++
    report.events += played.events
    report.decisions += played.decisions
    report.opens += played.opens
    if (plan.faultless) report.repeated++
    const [violation] = plan.faultless
      ? [...played.violations, ...sameBytes(plan, played.bytes())]
      : played.violations
    if (violation !== undefined) {
      report.violations++
      options.onViolated?.({ violation, shortest: shortenPlan(plan, violation.invariant) })
    }
  }
  return report
}

/** I4: the same recording, rules and answers give the same records, byte for byte. */
function sameBytes(plan: Plan, bytes: string): readonly Violation[] {
  const again = playPlan(plan).bytes()
  if (again === bytes) return []
  const [one, other] = [bytes.split('\n'), again.split('\n')]
  const line = one.findIndex((text, index) => text !== other[index])
  const seen = `record ${line} differs: ${one[line] ?? 'nothing'} and ${other[line] ?? 'nothing'}`
  return [{ seed: plan.seed, step: plan.steps.length, invariant: 'I4', seen }]
}
