import type { ModelReply } from '../../../operators/asking/model.ts'
import { PipelineError } from '../../../schemas/failure.ts'

/** What is known of a question: what a model said, that it did not take the question, or what came of its window without a verdict. */
export type KnownAnswer = SaidAnswer | FailedAnswer

export interface SaidAnswer {
  readonly kind: 'said'
  readonly text: string
  readonly finish: ModelReply['finish']
  /** Null where they were not counted. */
  readonly tokens: ModelReply['tokens'] | null
  /** Null where it was not measured. */
  readonly latencyMs: number | null
}

export interface FailedAnswer {
  readonly kind: 'refused' | 'failed'
  readonly code: string
  readonly message: string
  readonly tokens: ModelReply['tokens'] | null
  readonly latencyMs: number | null
}

export interface KnownAnswersOptions {
  /** Most questions, and most bytes of their answers by an upper estimate; more is a `config_invalid`. */
  readonly answersMax?: number
  readonly bytesMax?: number
}

const ANSWERS_MAX = 500_000
const BYTES_MAX = 256 * 1024 * 1024
// Beside the text: the hash, the object, and its place in the map.
const ENTRY_BYTES = 300
const CHARACTER_BYTES = 2

/** Answers by the hash of their question; the newest of each counts. */
export class KnownAnswers {
  private readonly answers = new Map<string, KnownAnswer>()
  private readonly answersMax: number
  private readonly bytesMax: number
  private bytes = 0

  constructor({ answersMax = ANSWERS_MAX, bytesMax = BYTES_MAX }: KnownAnswersOptions = {}) {
    this.answersMax = answersMax
    this.bytesMax = bytesMax
  }

  get size(): number {
    return this.answers.size
  }

  get(questionHash: string): KnownAnswer | undefined {
    return this.answers.get(questionHash)
  }

  all(): Iterable<KnownAnswer> {
    return this.answers.values()
  }

  add(questionHash: string, answer: KnownAnswer): void {
    const before = this.answers.get(questionHash)
    if (before !== undefined) this.bytes -= bytesOf(before)
    this.bytes += bytesOf(answer)
    this.answers.set(questionHash, answer)
    if (this.answers.size > this.answersMax || this.bytes > this.bytesMax) throw this.tooMany()
  }

  private tooMany(): PipelineError {
    const message = `there are more answers than fit: at most ${this.answersMax}, with ${this.bytesMax} bytes`
    return new PipelineError('config_invalid', message)
  }
}

function bytesOf(answer: KnownAnswer): number {
  const text = answer.kind === 'said' ? answer.text : answer.message
  return ENTRY_BYTES + CHARACTER_BYTES * text.length
}
