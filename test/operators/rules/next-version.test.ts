import { expect, test } from 'vitest'
import { nextVersion } from '../../../operators/rules/next-version.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

const FIRST_MS = Date.parse('2026-11-20T10:00:00.000Z')
const draft = ruleSchema.parse({
  rule_id: 'big',
  name: 'Big',
  event_types: ['trade'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
  metadata: { version: 99, team: 'ops' },
})

test('a new rule has version 1, whatever it says of itself, and keeps what people wrote beside it', () => {
  expect(nextVersion(draft, undefined, { by: 'cli', atMs: FIRST_MS }).metadata).toEqual({
    created_at: '2026-11-20T10:00:00.000Z',
    created_by: 'cli',
    updated_at: '2026-11-20T10:00:00.000Z',
    updated_by: 'cli',
    version: 1,
    team: 'ops',
  })
})

test('a change raises the version by one and says by whom, and keeps who made the rule', () => {
  const first = nextVersion(draft, undefined, { by: 'file', atMs: FIRST_MS })
  expect(nextVersion(draft, first, { by: 'api', atMs: FIRST_MS + 1000 }).metadata).toMatchObject({
    created_at: '2026-11-20T10:00:00.000Z',
    created_by: 'file',
    updated_at: '2026-11-20T10:00:01.000Z',
    updated_by: 'api',
    version: 2,
  })
})
