import { expect, test } from 'vitest'
import { drawPlan } from './draw-plan.ts'
import { playPlan } from './play-plan.ts'
import { runSimulation } from './run-simulation.ts'

const RUNS = 1000
/** Of each run, so that all of them take a few seconds. */
const STEPS = 15

test('breaks no invariant in a thousand runs', () => {
  const violations: string[] = []
  const { runs, decisions, repeated } = runSimulation({
    runs: RUNS,
    seed: 1,
    steps: STEPS,
    onViolated: ({ violation: { seed, step, invariant, seen } }) => {
      violations.push(
        `npm run simulate -- --runs 1 --seed ${seed} --steps ${STEPS}: step ${step}, ${invariant}: ${seen}`,
      )
    },
  })
  expect(violations).toEqual([])
  expect(runs).toBe(RUNS)
  expect(decisions).toBeGreaterThan(4 * RUNS)
  expect(repeated).toBeGreaterThan(RUNS / 20)
}, 120_000)

test('plays the same run for the same seed', () => {
  for (const seed of [4711, 4712, 4713]) {
    expect(playPlan(drawPlan(seed)).bytes()).toBe(playPlan(drawPlan(seed)).bytes())
  }
})
