import { z } from 'zod'
import {
  ANSWERS_FORMAT,
  type RecordedAnswer,
  recordedAnswerSchema,
} from '../../../schemas/backtest/recorded-answer.ts'
import { isMapping } from '../../documents/is-mapping.ts'
import { answeredDecisionSchema, answerOfDecision } from './answer-of-decision.ts'
import type { KnownAnswer } from './known-answers.ts'

/** What a line says: an answer, nothing of the kind, or what is wrong with it. */
export type AnswerLine =
  | { readonly kind: 'answer'; readonly questionHash: string; readonly answer: KnownAnswer }
  /** A decision that does not name its question. */
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'other' }
  | { readonly kind: 'bad'; readonly problem: string }

const other: AnswerLine = { kind: 'other' }

const recordSchema = z.object({
  topic: z.string(),
  value: z.string().nullable(),
  encoding: z.literal('base64').optional(),
})

/** Reads a line of an answers file, of a recording of decisions, or of decisions alone. */
export function answerOfLine(line: unknown): AnswerLine {
  if (!isMapping(line)) return bad('no answer, no decision and no record: a mapping is expected')
  if ('llmtrigger_answers' in line) return headerOf(line['llmtrigger_answers'])
  if ('llmtrigger_recording' in line) return other
  if ('decision_id' in line) return decided(line)
  if ('topic' in line) return recorded(line)
  return answered(line)
}

function bad(problem: string): AnswerLine {
  return { kind: 'bad', problem }
}

function headerOf(format: unknown): AnswerLine {
  if (format === ANSWERS_FORMAT) return other
  return bad(
    `format ${JSON.stringify(format)} of answers files is unknown: this program reads ${ANSWERS_FORMAT}`,
  )
}

function answered(line: unknown): AnswerLine {
  const { data, error } = recordedAnswerSchema.safeParse(line)
  if (data === undefined) return bad(problemsOf(error))
  return { kind: 'answer', questionHash: data.question_hash, answer: knownOf(data) }
}

function knownOf({ text, finish, tokens, latency_ms: latencyMs, error }: RecordedAnswer): KnownAnswer {
  return error === undefined
    ? { kind: 'said', text, finish, tokens, latencyMs }
    : { kind: 'refused', ...error, tokens, latencyMs }
}

function decided(value: unknown): AnswerLine {
  const { data, error } = answeredDecisionSchema.safeParse(value)
  if (data === undefined) return bad(`no decision: ${problemsOf(error)}`)
  const answer = answerOfDecision(data)
  if (answer === null) return other
  return data.question_hash === null
    ? { kind: 'unnamed' }
    : { kind: 'answer', questionHash: data.question_hash, answer }
}

/** A recording may hold more than decisions. */
function recorded(line: unknown): AnswerLine {
  const { data, error } = recordSchema.safeParse(line)
  if (data === undefined) return bad(problemsOf(error))
  const text = data.value === null ? '' : Buffer.from(data.value, data.encoding ?? 'utf8').toString()
  const value = parsed(text)
  return isMapping(value) && 'decision_id' in value ? decided(value) : other
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${path.join('.') || 'line'}: ${message}`).join('; ')
}
