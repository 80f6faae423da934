import { z } from 'zod'
import { PipelineError } from '../../schemas/failure.ts'
import { scanObject } from './scan-object.ts'
import { stripInvisible } from './strip-invisible.ts'
import type { ModelReply } from './model.ts'

/** Longest reason that is kept, in characters (code points). */
export const REASON_CHARACTERS_MAX = 2000

const PROBLEM_CHARACTERS_MAX = 500
const FENCE = '```'

/** The verdict of a model on one window. */
export interface Answer {
  readonly shouldTrigger: boolean
  /** How sure the model is of the verdict, 0 to 1. */
  readonly confidence: number
  readonly reason: string
}

// Strict: a key that was not asked for may take the verdict back, and the schema that was sent does not allow it.
const verdictSchema = z.strictObject({
  should_trigger: z.boolean(),
  confidence: z.number().min(0).max(1),
  reason: z.string(),
})

/**
 * Checks a reply from the outside in and returns its verdict, or why there is none.
 *
 * The message of an `answer_invalid` names the problem in words that the model is told in the corrective retry.
 * Nothing is repaired: a reply that is not exactly one well-formed verdict is neither a yes nor a no.
 */
export function parseAnswer(reply: ModelReply): Answer | PipelineError {
  const { failure } = reply
  if (failure !== undefined) return new PipelineError(failure.code, failure.message)
  if (reply.finish === 'length') {
    return new PipelineError('answer_truncated', 'the answer was cut at the output limit')
  }
  if (reply.finish === 'refusal') return new PipelineError('model_refused', 'the model refused to answer')
  if (reply.finish === 'content_filter') {
    return new PipelineError('model_content_filtered', "the provider's content filter stopped the answer")
  }
  const text = withoutFence(reply.text.trim())
  const problem = textProblem(text)
  if (problem !== undefined) return invalid(problem)
  return readVerdict(text)
}

function withoutFence(text: string): string {
  if (!text.startsWith(FENCE) || !text.endsWith(FENCE) || text.length < 2 * FENCE.length) return text
  const inner = text.slice(FENCE.length, -FENCE.length).trim()
  return /^json\b/i.test(inner) ? inner.slice('json'.length).trim() : inner
}

/** Why the text is not exactly one object; undefined when it looks like one. */
function textProblem(text: string): string | undefined {
  if (text === '') return 'the answer is empty'
  if (!text.includes('{')) return 'the answer has no JSON object'
  if (!text.startsWith('{')) return 'the answer has text before the JSON object, or is a list'
  const { end, keys } = scanObject(text)
  if (end === undefined) return 'the JSON object is not complete'
  const rest = text.slice(end).trim()
  if (rest.startsWith('{')) return 'the answer has more than one JSON object'
  if (rest !== '') return 'the answer has text after the JSON object'
  const repeated = keys.find((key, index) => keys.indexOf(key) !== index)
  return repeated === undefined ? undefined : `the key ${JSON.stringify(repeated)} appears more than once`
}

function readVerdict(text: string): Answer | PipelineError {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    return invalid('the answer is not valid JSON', cause)
  }
  const parsed = verdictSchema.safeParse(value)
  if (!parsed.success) return invalid(parsed.error.issues.map(describeIssue).join('; '), parsed.error)
  const { should_trigger: shouldTrigger, confidence, reason } = parsed.data
  return { shouldTrigger, confidence, reason: cleanReason(reason) }
}

function describeIssue({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}

function cleanReason(reason: string): string {
  // Line ends become spaces before the other controls go, so that no two words grow together.
  const line = stripInvisible(reason.replace(/\s+/g, ' ')).toWellFormed().trim()
  return cutCharacters(line, REASON_CHARACTERS_MAX)
}

function cutCharacters(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : [...text].slice(0, charactersMax).join('')
}

function invalid(problem: string, cause?: unknown): PipelineError {
  return new PipelineError('answer_invalid', cutCharacters(stripInvisible(problem), PROBLEM_CHARACTERS_MAX), {
    cause,
  })
}
