import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { partitionCounts } from '../kafka/dead-letters/partition-counts.ts'
import { alertHead, alertLine } from '../tail/alert-line.ts'
import { decisionHead, decisionLine } from '../tail/decision-line.ts'
import { tailFilter, type TailSelection } from '../tail/tail-filter.ts'
import { tailTopic } from '../tail/tail-topic.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { topicsOf } from '../topics-of.ts'
import { runOnKafka } from './run-on-kafka.ts'

export interface TailOptions extends CommandContext {
  readonly what: 'decisions' | 'alerts'
  readonly selection: TailSelection
  /** Epoch milliseconds; only what is new where it is absent. */
  readonly fromMs?: number | undefined
  /** Ends after so many. */
  readonly limit?: number | undefined
}

const shown = {
  decisions: { head: decisionHead, line: decisionLine },
  alerts: { head: alertHead, line: alertLine },
} as const

/** `decisions tail` and `alerts tail`: what is written there, as it is written, until it is interrupted. */
export async function tail(options: TailOptions): Promise<number> {
  return runOnKafka(options, async ({ kafka }) => {
    const topic = topicsOf(kafka.topic_prefix)[options.what]
    const counts = await partitionCounts(kafka)
    if (!counts.has(topic))
      throw new PipelineError('topic_missing', `topic ${topic} does not exist: run llmtrigger topics create`)
    const interrupted = new AbortController()
    const stop = () => {
      interrupted.abort()
    }
    process.once('SIGINT', stop).once('SIGTERM', stop)
    try {
      await show(options, { kafka, topic, stopping: interrupted.signal })
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop)
    }
    return exitCode.done
  })
}

interface Tailed {
  readonly kafka: Config['kafka']
  readonly topic: string
  readonly stopping: AbortSignal
}

async function show(options: TailOptions, { kafka, topic, stopping }: Tailed): Promise<void> {
  const { what, selection, fromMs, limit = Infinity, json, terminal } = options
  const { head, line } = shown[what]
  const onTrouble = (problem: string | null) => {
    terminal.note(problem === null ? `${topic} can be read again` : `${problem}; trying again`)
  }
  let count = 0
  for await (const record of tailTopic({ config: kafka, topic, fromMs, onTrouble, stopping })) {
    const document = tailFilter(record, selection)
    const text = line(document, terminal.columns)
    if (text === null) continue
    if (!json && count === 0) terminal.print(terminal.paint('dim', head))
    terminal.print(json ? JSON.stringify(document) : text)
    count++
    if (count >= limit) return
    await terminal.drained()
  }
}
