import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { backtestDifferenceSchema } from '../../../../schemas/backtest/backtest-difference.ts'
import { backtestReportSchema } from '../../../../schemas/backtest/backtest-report.ts'
import { backtestSweepSchema } from '../../../../schemas/backtest/backtest-sweep.ts'
import { runCommand } from '../../../support/run-command.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const foundSchema = z.object({
  report: backtestReportSchema,
  difference: backtestDifferenceSchema.optional(),
  sweep: backtestSweepSchema.optional(),
  assertions: z.array(z.object({ name: z.string(), passed: z.boolean() })).optional(),
})

const expression = (limit: number) => `
rule_id: high
name: High
event_types: [reading]
rule_config: { rule_type: traditional, pre_filter: { expression: value > ${limit} } }
`
const asking = `
rule_id: asks
name: Asks
event_types: [reading]
rule_config:
  rule_type: hybrid
  pre_filter: { expression: value >= 0 }
  llm_config: { description: is it odd, trigger_mode: batch, batch_size: 4, max_wait_seconds: 10 }
`
const script = [{ match: 'is it odd', confidence: 0.9, reason: 'it is' }]

/** A folder with twelve readings, one a second, and rules. */
function recorded(): string {
  const folder = temporaryFolder()
  const line = (n: number) =>
    JSON.stringify({
      ...{ topic: 'readings', partition: 0, offset: `${n}`, key: 'k', headers: {} },
      timestamp: new Date(Date.UTC(2026, 10, 20, 10, 0, n)).toISOString(),
      value: JSON.stringify({ event_type: 'reading', data: { value: n } }),
    })
  const lines = Array.from({ length: 12 }, (_, n) => `${line(n)}\n`)
  writeFileSync(join(folder, 'day.ndjson'), lines.join(''))
  writeFileSync(join(folder, 'high.yaml'), expression(8))
  writeFileSync(join(folder, 'lower.yaml'), expression(5))
  writeFileSync(join(folder, 'asks.yaml'), asking)
  writeFileSync(join(folder, 'script.json'), JSON.stringify(script))
  return folder
}

async function run(directory: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runCommand(['backtest', 'day.ndjson', '--json', ...args], {
    directory,
  })
  return { code, stdout, stderr, found: () => foundSchema.parse(JSON.parse(stdout)) }
}

describe('backtest', () => {
  test('says what would have fired, and the same bytes again', async () => {
    const folder = recorded()
    const args = ['--rules', 'high.yaml', 'asks.yaml', '--script', 'script.json', '--decisions-out']
    const once = await run(folder, ...args, 'once.ndjson')
    const again = await run(folder, ...args, 'again.ndjson')
    expect([once.code, once.stderr]).toEqual([0, expect.not.stringContaining('Error')])
    const { report } = once.found()
    expect(report.total).toMatchObject({ alerts: 6, calls: 3, decisions: 6, windows: 6 })
    expect(report.model).toMatchObject({ mode: 'scripted', answers: { known: 3, missing: 0 } })
    expect(again.stdout).toBe(once.stdout)
    const decisions = readFileSync(join(folder, 'once.ndjson'), 'utf8')
    expect(decisions.trim().split('\n')).toHaveLength(6)
    expect(readFileSync(join(folder, 'again.ndjson'), 'utf8')).toBe(decisions)
  })

  test('asks nobody by default, and calls that no "no"', async () => {
    const { found } = await run(recorded(), '--rules', 'asks.yaml')
    const [rule] = found().report.rules
    expect(rule).toMatchObject({ windows: 3, calls: 3, alerts: 0, outcomes: { skipped: 3 } })
  })

  test('finds answers in the decisions of an earlier run, and says which are missing', async () => {
    const folder = recorded()
    await run(folder, '--rules', 'asks.yaml', '--script', 'script.json', '--decisions-out', 'earlier.ndjson')
    const known = await run(folder, '--rules', 'asks.yaml', '--answers', 'earlier.ndjson')
    expect(known.found().report.model).toMatchObject({ mode: 'journal', answers: { known: 3, missing: 0 } })
    expect(known.found().report.total.alerts).toBe(3)
    writeFileSync(join(folder, 'asks.yaml'), asking.replace('odd', 'even'))
    const { report } = (await run(folder, '--rules', 'asks.yaml', '--answers', 'earlier.ndjson')).found()
    expect(report.model.answers).toEqual({ known: 0, asked: 0, missing: 3 })
    expect(report.rules[0]).toMatchObject({ alerts: 0, outcomes: { undecided: 3 } })
  })

  test('compares with other rules, and with decisions', async () => {
    const folder = recorded()
    const against = await run(folder, '--rules', 'lower.yaml', '--against', 'high.yaml')
    expect(against.found().difference).toMatchObject({ alerts: { kept: 3, gone: 0, new: 3 }, same: 3 })
    await run(folder, '--rules', 'high.yaml', '--decisions-out', 'earlier.ndjson')
    const same = await run(folder, '--rules', 'high.yaml', '--against-decisions', 'earlier.ndjson')
    expect(same.found().difference).toMatchObject({ compared: 3, same: 3, changed: {} })
  })

  test('plays once for each value of a sweep', async () => {
    const { found } = await run(
      recorded(),
      '--rules',
      'asks.yaml',
      '--script',
      'script.json',
      '--sweep',
      'batch_size=4,6',
    )
    expect(found().sweep).toMatchObject({
      parameters: ['batch_size'],
      runs: [
        { values: { batch_size: 4 }, calls: 3, alerts: 3, kept: 3 },
        { values: { batch_size: 6 }, calls: 2, alerts: 2, kept: 3, lost: 0, new: 0 },
      ],
    })
  })

  test('exits with 4 where it is not as expected', async () => {
    const folder = recorded()
    writeFileSync(join(folder, 'expected.yaml'), 'alerts: 2\n')
    const args = ['--rules', 'high.yaml', '--expect', 'expected.yaml', '--max-alerts', '3']
    const failed = await run(folder, ...args)
    expect(failed.code).toBe(4)
    expect(failed.found().assertions).toEqual([
      expect.objectContaining({ name: '--max-alerts', passed: true }),
      expect.objectContaining({ name: 'alerts', passed: false }),
    ])
    writeFileSync(join(folder, 'expected.yaml'), 'alerts: 3\n')
    expect((await run(folder, ...args)).code).toBe(0)
  })

  test('plays a part, and writes a page', async () => {
    const folder = recorded()
    const part = ['--from', '2026-11-20T10:00:09Z', '--to', '2026-11-20T10:00:11Z', '--html', 'page.html']
    const { found } = await run(folder, '--rules', 'high.yaml', ...part)
    expect(found().report.recording).toMatchObject({ records: 2, from: '2026-11-20T10:00:09.000Z' })
    expect(readFileSync(join(folder, 'page.html'), 'utf8')).toContain('<!doctype html>')
  })

  test.each([
    ['no rules', [], 2, /--rules/],
    ['a rule that is wrong', ['--rules', 'wrong.yaml'], 3, /wrong.yaml:/],
    ['nothing in the range', ['--rules', 'high.yaml', '--from', '2027-01-01'], 2, /no record/],
    ['models to ask without a configuration', ['--rules', 'asks.yaml', '--model', 'live'], 2, /--config/],
    [
      'two things to compare with',
      ['--rules', 'high.yaml', '--against', 'a', '--sweep', 'batch_size=1'],
      2,
      /against/,
    ],
    ['a sweep of nothing', ['--rules', 'high.yaml', '--sweep', 'batch_size=1'], 2, /batch_size/],
  ])('refuses %s', async (_what, args, code, message) => {
    const folder = recorded()
    writeFileSync(join(folder, 'wrong.yaml'), expression(1).replace('traditional', 'nonsense'))
    const refused = await run(folder, ...args)
    expect([refused.code, refused.stdout]).toEqual([code, ''])
    expect(refused.stderr).toMatch(message)
    expect(existsSync(join(folder, 'page.html'))).toBe(false)
  })
})
