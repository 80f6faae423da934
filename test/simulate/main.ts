import { parseArgs } from 'node:util'
import { runSimulation, type Violated } from './run-simulation.ts'

const USAGE = `Plays ROUTE and DECIDE on the in-memory log, with faults drawn from a seed, and checks every invariant after each step.

  npm run simulate -- [--runs 10000] [--seed 1] [--steps N] [--json]

  --runs N   how many runs
  --seed N   seed of the first run; the next run has the next seed
  --steps N  only the first N steps of each run
  --json     one JSON document a line: violations, then the report
  --help     this text

Exit: 0 no violation, 1 violations, 2 usage.`

const { values } = readOptions()
if (values.help) {
  print(USAGE)
  process.exit(0)
}
const runs = wholeNumber('runs', values.runs)
const seed = wholeNumber('seed', values.seed)
const steps = values.steps === undefined ? {} : { steps: wholeNumber('steps', values.steps) }
const startedMs = performance.now()
const report = runSimulation({
  runs,
  seed,
  ...steps,
  onViolated: found => {
    print(values.json ? JSON.stringify(found.violation) : describe(found))
  },
})
const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(1))
if (values.json) print(JSON.stringify({ ...report, seed, seconds }))
else {
  const { events, decisions, opens, repeated } = report
  print(
    `${events} matches, ${decisions} decisions, ${opens} lanes opened, ${repeated} runs played twice, ${seconds} s`,
  )
  print(`${report.runs} runs, ${report.violations} violations`)
}
process.exit(report.violations === 0 ? 0 : 1)

function readOptions() {
  try {
    return parseArgs({
      options: {
        runs: { type: 'string', default: '10000' },
        seed: { type: 'string', default: '1' },
        steps: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function wholeNumber(name: string, text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : fail(`--${name} is a whole number, not ${text}`)
}

function fail(message: string): never {
  process.stderr.write(`${message}\n\n${USAGE}\n`)
  process.exit(2)
}

function describe({ violation, shortest }: Violated): string {
  const { seed: at, step, invariant, seen } = violation
  return [
    `violation: seed ${at}, step ${step}, ${invariant}: ${seen}`,
    `  again: npm run simulate -- --runs 1 --seed ${at}${values.steps === undefined ? '' : ` --steps ${values.steps}`}`,
    ...shortest.steps.map(one => `  ${JSON.stringify(one)}`),
  ].join('\n')
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
