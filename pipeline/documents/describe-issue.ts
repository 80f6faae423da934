import type { z } from 'zod'
import { nearestName } from './nearest-name.ts'

type Issue = z.core.$ZodIssue
type SizeIssue = z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall

/** Says what is wrong with a value in words; the value itself is never repeated, since it may be a secret. */
export function describeIssue(issue: Issue, value: unknown): string {
  if (issue.code === 'custom') return issue.message
  if (value === undefined) return 'is required'
  if (issue.code === 'invalid_type') {
    return `must be ${typeNames[issue.expected] ?? issue.expected}, not ${kindOf(value)}`
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') return describeSize(issue)
  if (issue.code === 'invalid_format') return describeFormat(issue)
  return describeChoice(issue, value)
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  array: 'a list',
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with a fraction'
  if (typeof value === 'boolean') return 'true or false'
  return typeof value === 'string' ? 'text' : 'a mapping'
}

function describeSize(issue: SizeIssue): string {
  const [bound, least, more] =
    issue.code === 'too_small' ? [issue.minimum, 'least', 'more'] : [issue.maximum, 'most', 'less']
  const unit = units[issue.origin]
  if (unit !== undefined) {
    return least === 'least' && Number(bound) === 1
      ? 'must not be empty'
      : `must have at ${least} ${String(bound)} ${unit}`
  }
  return `must be ${issue.inclusive === false ? `${more} than` : `at ${least}`} ${String(bound)}`
}

const units: Readonly<Record<string, string>> = { string: 'characters', array: 'entries' }

function describeFormat(issue: z.core.$ZodIssueInvalidStringFormat): string {
  if (issue.format === 'url') return 'must be an address such as http://localhost:8000/v1'
  return `must be ${issue.message}`
}

function describeChoice(issue: Issue, value: unknown): string {
  const choices = choicesOf(issue)
  if (choices.length === 0) return issue.message
  const meant = typeof value === 'string' ? nearestName(value, choices) : undefined
  const list = choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`
  return `must be ${list}${meant === undefined ? '' : `; did you mean ${meant}?`}`
}

function choicesOf(issue: Issue): readonly string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  // The discriminator's options are there at run time but not in the type of the issue.
  const options: unknown = issue.code === 'invalid_union' && 'options' in issue ? issue.options : undefined
  return Array.isArray(options) ? options.map(String) : []
}
