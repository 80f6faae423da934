import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { PipelineError } from '../../../schemas/failure.ts'
import {
  ANSWERS_FORMAT,
  answersHeaderSchema,
  type RecordedAnswer,
} from '../../../schemas/backtest/recorded-answer.ts'

/** Longest first line of an answers file, and longest last one that was cut. */
const LINE_BYTES_MAX = 1024 * 1024
const LINE_FEED = 10

/**
 * An answers file that is written while a model is asked: each answer is in the file before it is used, so that whatever ends
 * the process costs none of them.
 */
export class AnswersFile {
  private readonly file: string
  private readonly descriptor: number

  /** Makes the file, or goes on at the end of its last whole line. */
  constructor(file: string) {
    this.file = file
    this.descriptor = opened(file)
    try {
      this.goOn()
    } catch (error) {
      this.close()
      throw error
    }
  }

  append(answer: RecordedAnswer): void {
    this.write(answer)
  }

  close(): void {
    closeSync(this.descriptor)
  }

  private goOn(): void {
    const { size } = fstatSync(this.descriptor)
    if (size === 0) {
      this.write({ llmtrigger_answers: ANSWERS_FORMAT })
      return
    }
    const begin = this.read(0, Math.min(size, LINE_BYTES_MAX))
    const header = begin.subarray(0, Math.max(0, begin.indexOf(LINE_FEED))).toString('utf8')
    if (!isHeader(header)) {
      const message = `${this.file}: is no answers file, and answers of a model are written to one alone: name another file`
      throw new PipelineError('config_invalid', message)
    }
    const from = Math.max(0, size - LINE_BYTES_MAX)
    const end = from + this.read(from, size - from).lastIndexOf(LINE_FEED) + 1
    // What a process that was killed has left of its last line.
    if (end < size) ftruncateSync(this.descriptor, end)
  }

  private read(position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(this.descriptor, bytes, 0, length, position))
  }

  private write(line: unknown): void {
    writeSync(this.descriptor, `${JSON.stringify(line)}\n`)
  }
}

function opened(file: string): number {
  try {
    return openSync(file, 'a+')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error'
    throw new PipelineError('config_invalid', `${file}: answers cannot be written there (${code})`, { cause })
  }
}

function isHeader(text: string): boolean {
  try {
    return answersHeaderSchema.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
