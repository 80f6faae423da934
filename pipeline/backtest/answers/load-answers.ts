import { PipelineError } from '../../../schemas/failure.ts'
import { type Line, LineSplitter } from '../../recordings/line-splitter.ts'
import { UnpackedFile } from '../../recordings/unpacked-file.ts'
import { answerOfLine } from './answer-of-line.ts'
import { KnownAnswers } from './known-answers.ts'

export interface LoadedAnswers {
  readonly known: KnownAnswers
  /** Decisions with a verdict that do not name their question, since an older version wrote them. */
  readonly unnamed: number
}

const LINE_BYTES_MAX = 16 * 1024 * 1024

/**
 * Reads an answers file, a recording of decisions or lines of decisions, plain or gzip. A last line that is cut, by a process
 * that was killed, is left out; any other that is wrong is a `config_invalid` with its number.
 */
export async function loadAnswers(file: string): Promise<LoadedAnswers> {
  const loading = new Loading(file)
  const source = new UnpackedFile(file)
  const lines = new LineSplitter(LINE_BYTES_MAX)
  for await (const chunk of source.chunks()) for (const line of lines.push(chunk)) loading.take(line)
  if (source.fault?.kind === 'damaged') {
    throw new PipelineError('config_invalid', `${file}: the gzip data is damaged (${source.fault.detail})`)
  }
  const rest = lines.rest()
  if (rest !== null && isWhole(rest)) loading.take(rest)
  return loading
}

class Loading implements LoadedAnswers {
  readonly known = new KnownAnswers()
  unnamed = 0
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  take({ number, bytes }: Line): void {
    const text = bytes?.toString('utf8')
    if (text?.trim() === '') return
    const found = text === undefined ? tooLong : answerOfLine(this.parse(text, number))
    if (found.kind === 'bad') throw this.failure(number, found.problem)
    if (found.kind === 'unnamed') this.unnamed++
    if (found.kind === 'answer') this.known.add(found.questionHash, found.answer)
  }

  private parse(text: string, number: number): unknown {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw this.failure(number, `not JSON: ${text.slice(0, 60)}`, cause)
    }
  }

  private failure(number: number, problem: string, cause?: unknown): PipelineError {
    return new PipelineError('config_invalid', `${this.file}:${number}: ${problem}`, { cause })
  }
}

const tooLong = { kind: 'bad', problem: `the line is over ${LINE_BYTES_MAX} bytes` } as const

function isWhole({ bytes }: Line): boolean {
  try {
    JSON.parse(bytes?.toString('utf8') ?? '')
    return true
  } catch {
    return false
  }
}
