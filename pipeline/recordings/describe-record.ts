import { z } from 'zod'
import { describeIssue } from '../documents/describe-issue.ts'
import { valueAt } from '../documents/value-at.ts'
import { isBase64 } from './is-base64.ts'
import { isoMs } from './iso-ms.ts'

/** Kafka has no topic with as many, and whoever reads makes room for all that come before. */
export const RECORDING_PARTITION_MAX = 99_999

const schemas = { utf8: lineSchema('utf8'), base64: lineSchema('base64') }

/** Everything that is wrong with a line as a record, in words. */
export function describeRecord(line: Readonly<Record<string, unknown>>): string {
  const { error } = schemas[line['encoding'] === 'base64' ? 'base64' : 'utf8'].safeParse(line)
  return (error?.issues ?? [])
    .map(issue => `${issue.path.join('.')}: ${describeIssue(issue, valueAt(line, issue.path))}`)
    .join('; ')
}

function lineSchema(encoding: 'utf8' | 'base64') {
  const bytes =
    encoding === 'base64'
      ? z.string().refine(isBase64, 'must be base64')
      : z.string().refine(text => text.isWellFormed(), 'must be well-formed Unicode, without half a pair')
  const one = bytes.nullable()
  const header = z.union(
    [one, z.array(one).min(1)],
    'must be such a text as the key, null, or a list of these',
  )
  return z.object({
    topic: z.string().regex(/^[\w.-]{1,249}$/, 'the name of a topic'),
    partition: z.int().min(0).max(RECORDING_PARTITION_MAX),
    offset: z.string().regex(/^\d{1,15}$/, 'a decimal number as text'),
    timestamp: z.string().refine(text => !Number.isNaN(isoMs(text)), 'must be an ISO-8601 time in UTC'),
    key: one,
    value: one,
    headers: z.record(z.string(), header).default({}),
    encoding: z.literal('base64').optional(),
  })
}
