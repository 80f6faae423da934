import type { Planted } from './generated-day.ts'

interface Expected extends Planted {
  readonly alertByMs: number
}

/** What a backtest of the day is to find, as `--expect` takes it: an alert for each thing planted, in its time, and none for a decoy. */
export function renderExpectation(planted: readonly Planted[]): string {
  const expected = planted.filter(isExpected).toSorted((a, b) => a.fromMs - b.fromMs)
  const ruleIds = [...new Set(planted.map(({ rule_id }) => rule_id))].sort()
  return [
    '# Written by generate.ts, from what it planted.',
    'outcomes: { undecided: 0 }',
    'answers_missing: 0',
    '# The keys with an alert, these and no others, so a decoy must not raise one.',
    'rules:',
    ...ruleIds.flatMap(ruleId =>
      ruleLines(
        ruleId,
        expected.filter(({ rule_id }) => rule_id === ruleId),
      ),
    ),
    '# Each is met by an alert of its own, from its beginning until it must have been found.',
    'alerts_at:',
    ...expected.flatMap(alertLines),
    '',
  ].join('\n')
}

function isExpected(planted: Planted): planted is Expected {
  return planted.alertByMs !== undefined
}

function ruleLines(ruleId: string, expected: readonly Expected[]): readonly string[] {
  const max = expected.reduce((sum, { alertsMax = 1 }) => sum + alertsMax, 0)
  const keys = [...new Set(expected.map(({ key }) => key))].sort().map(quoted)
  return [
    `  ${ruleId}:`,
    `    alerts: { min: ${expected.length}, max: ${max} }`,
    ...(keys.length === 0 ? ['    keys: []'] : ['    keys:', ...keys.map(key => `      - ${key}`)]),
  ]
}

function alertLines({ id, rule_id, key, fromMs, alertByMs }: Expected): readonly string[] {
  const at = new Date((fromMs + alertByMs) / 2).toISOString()
  const within = Math.ceil((alertByMs - fromMs) / 2000)
  return [
    `  # ${id}`,
    `  - { rule_id: ${rule_id}, key: ${quoted(key)}, at: ${at}, within_seconds: ${within} }`,
  ]
}

function quoted(key: string): string {
  return /^[A-Za-z][\w-]*$/.test(key) ? key : `'${key}'`
}
