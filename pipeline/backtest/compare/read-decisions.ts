import { type Decision, decisionSchema } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { isMapping } from '../../documents/is-mapping.ts'
import { type Line, LineSplitter } from '../../recordings/line-splitter.ts'
import { openRecording } from '../../recordings/open-recording.ts'
import { RECORDING_LINE_BYTES_MAX } from '../../recordings/recording-line.ts'
import { UnpackedFile } from '../../recordings/unpacked-file.ts'

/**
 * The decisions of a file, in its order: a recording of the topic of decisions, or decisions themselves, one a line, as
 * `backtest --decisions-out` and `decisions tail --json` write them. Plain or gzip.
 *
 * Fails with `recording_invalid`, and with the place in its message.
 */
export async function* readDecisions(file: string): AsyncGenerator<Decision> {
  if (await holdsDecisions(file)) yield* decisionsOfLines(file)
  else yield* decisionsOfRecording(file)
}

/** Whether the first line is a decision itself. */
async function holdsDecisions(file: string): Promise<boolean> {
  for await (const { text } of linesOf(file)) {
    const first = parseJson(text)
    return isMapping(first) && Object.hasOwn(first, 'decision_id')
  }
  return false
}

async function* decisionsOfLines(file: string): AsyncGenerator<Decision> {
  for await (const { number, text } of linesOf(file)) yield decisionOf(parseJson(text), `${file}:${number}`)
}

async function* decisionsOfRecording(file: string): AsyncGenerator<Decision> {
  for await (const batch of openRecording(file).batches()) {
    for (const { topic, partition, offset, value } of batch) {
      yield decisionOf(parseJson(String(value)), `${file}: ${topic}/${partition} at ${offset}`)
    }
  }
}

function decisionOf(value: unknown, place: string): Decision {
  const { data, error } = decisionSchema.safeParse(value)
  if (data !== undefined) return data
  const [issue] = error.issues
  const problem = issue === undefined ? '' : `: ${[issue.path.join('.'), issue.message].join(' ').trim()}`
  throw new PipelineError('recording_invalid', `${place}: no decision${problem}`, { cause: error })
}

interface TextLine {
  readonly number: number
  readonly text: string
}

/** Lines that are not blank. */
async function* linesOf(file: string): AsyncGenerator<TextLine> {
  const source = new UnpackedFile(file)
  const lines = new LineSplitter(RECORDING_LINE_BYTES_MAX)
  for await (const chunk of source.chunks()) yield* textLines(file, lines.push(chunk))
  if (source.fault !== null) {
    const message = `${file}:${lines.number}: the gzip data is ${source.fault.kind} (${source.fault.detail})`
    throw new PipelineError('recording_invalid', message)
  }
  const rest = lines.rest()
  if (rest !== null) yield* textLines(file, [rest])
}

function* textLines(file: string, lines: Iterable<Line>): Generator<TextLine> {
  for (const { number, bytes } of lines) {
    if (bytes === null) {
      const message = `${file}:${number}: the line is over ${RECORDING_LINE_BYTES_MAX} bytes`
      throw new PipelineError('recording_invalid', message)
    }
    const text = bytes.toString()
    if (text.trim() !== '') yield { number, text }
  }
}

/** Undefined where it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
