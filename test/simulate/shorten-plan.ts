import type { Plan } from './plan.ts'
import { playPlan } from './play-plan.ts'
import type { Invariant } from './violation.ts'

const TRIES_MAX = 400

/** Leaves out steps, in ever smaller groups, as long as the same invariant is broken. */
export function shortenPlan(plan: Plan, invariant: Invariant): Plan {
  const breaks = (shorter: Plan) => playPlan(shorter).violations.some(found => found.invariant === invariant)
  let shortest = plan
  let tries = 0
  for (
    let group = Math.ceil(plan.steps.length / 2);
    group >= 1;
    group = group === 1 ? 0 : Math.ceil(group / 2)
  ) {
    for (let at = 0; at < shortest.steps.length && tries < TRIES_MAX; tries++) {
      const shorter = { ...shortest, steps: shortest.steps.toSpliced(at, group) }
      if (breaks(shorter)) shortest = shorter
      else at += group
    }
  }
  return shortest
}
