import type { CampaignResult } from './campaign.ts'

const VIOLATIONS_SHOWN = 20
const VIOLATION_CHARACTERS_MAX = 400

/** The table of a campaign for people. */
export function renderResult(result: CampaignResult): string {
  const { calls, recoveryMs, delayMs, problems, violations, evidence } = result
  const injected = Object.entries(result.faults).toSorted(([a], [b]) => a.localeCompare(b))
  const unnamed = calls.requests - calls.attempts
  const rows: readonly (readonly [string, string | number])[] = [
    ['seed', result.seed],
    ...injected.map(([name, count]) => [`  ${name}`, count] as const),
    ['events written', `${result.events} (${result.resent} sends repeated)`],
    ['work records', result.work],
    ['decisions', `${result.decisions} (${result.undecided} undecided)`],
    ['alerts', result.alerts],
    ['dead letters', result.deadLetters],
    [
      'model calls',
      `${calls.requests} (${calls.attempts} named in decisions, ${unnamed} lost with lanes and processes)`,
    ],
    ['lost', result.lost],
    ['duplicate', result.duplicate],
    ['illegal', result.illegal],
    ['event to decision', `p50 ${delayMs.p50} ms, p99 ${delayMs.p99} ms`],
    ['recovery after a fault', `p50 ${recoveryMs.p50} ms, p99 ${recoveryMs.p99} ms`],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  const wrong = [
    ...problems.map(problem => `problem: ${problem}`),
    ...violations
      .slice(0, VIOLATIONS_SHOWN)
      .map(({ kind, what }) => `${kind}: ${what}`.slice(0, VIOLATION_CHARACTERS_MAX)),
  ]
  if (evidence !== null) wrong.push(`the evidence is in ${evidence}`)
  return [...lines, ...wrong].join('\n')
}
