import { randomUUID } from 'node:crypto'
import { describe, expect, inject, test } from 'vitest'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const brokers = inject('kafkaBrokers')

function folderFor(prefix: string, partitions: number): string {
  const rule = {
    rule_id: 'a',
    name: 'a',
    event_types: ['x'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 5' } },
  }
  const config = {
    kafka: { brokers, topic_prefix: prefix, partitions },
    sources: [{ topic: `${prefix}alerts` }, { topic: `${prefix}alrets` }],
    rules: ['rules.yaml'],
  }
  return temporaryFolder({ 'llmtrigger.yaml': JSON.stringify(config), 'rules.yaml': JSON.stringify(rule) })
}

const names = ['work', 'decisions', 'alerts', 'deliveries', 'dead-letter', 'rules', 'model-limits']

describe.skipIf(brokers.length === 0)('topics create and doctor', () => {
  test('create what is missing, find it in order the second time, and name what differs', async () => {
    const prefix = `t-${randomUUID().slice(0, 8)}.`
    const directory = folderFor(prefix, 2)
    const topics = names.map(name => `${prefix}${name}`)

    const before = await runCommand(['doctor'], { directory })
    expect(before.code).toBe(5)
    expect(before.stdout).toContain(`topic ${prefix}work does not exist: run llmtrigger topics create`)

    const first = await runCommand(['topics', 'create', '--json'], { directory })
    expect([first.code, JSON.parse(first.stdout)]).toEqual([
      0,
      { created: expect.arrayContaining(topics), existing: [], differences: [] },
    ])
    const second = await runCommand(['topics', 'create'], { directory })
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(second.stdout.trim().split('\n').toSorted()).toEqual(
      topics.map(topic => `exists   ${topic}`).toSorted(),
    )

    const after = await runCommand(['doctor'], { directory })
    expect(after.stdout).toMatch(/^ok +kafka +1 broker/m)
    expect(after.stdout).toMatch(/^ok +topics +7 topics as they must be/m)
    expect(after.stdout).toContain('no such topic')
    expect(after.stdout).toContain(`did you mean ${prefix}alerts?`)
    expect(after.code).toBe(5)

    const other = await runCommand(['topics', 'create'], { directory: folderFor(prefix, 3) })
    expect(other.code).toBe(1)
    expect(other.stdout).toContain(`differs  topic ${prefix}work has 4 partitions and needs 6`)
  })
})
