import type { Config } from '../../schemas/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { kafkaTrouble } from '../doctor/kafka-trouble.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { checkTopics } from '../kafka/check-topics.ts'
import type { TopicDifference } from '../kafka/check-topics.ts'
import { createTopics as createInKafka } from '../kafka/create-topics.ts'
import { kafkaClient } from '../kafka/kafka-client.ts'
import { topicPlan } from '../kafka/topic-plan.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import type { Terminal } from '../terminal/process-terminal.ts'

/** `topics create`: creates the topics that are missing, changes none that exists, and names what differs. */
export async function createTopics(options: CommandContext): Promise<number> {
  const { configPath, environment, json, terminal } = options
  const loaded = loadConfig({ path: configPath, environment })
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.note(renderProblem(problem))
    return exitCode.usage
  }
  const { kafka } = loaded.config
  try {
    const outcome = await createMissing(kafka)
    if (json) terminal.print(JSON.stringify(outcome))
    else printForPeople(outcome, terminal)
    return outcome.differences.some(({ tolerable }) => !tolerable) ? exitCode.failed : exitCode.done
  } catch (error) {
    return explain(error, kafka, terminal)
  }
}

interface Outcome {
  readonly created: readonly string[]
  readonly existing: readonly string[]
  /** What exists and is not as it must be, or not as good as it could be. */
  readonly differences: readonly TopicDifference[]
}

async function createMissing(config: Config['kafka']): Promise<Outcome> {
  const admin = kafkaClient(config, 'producer').admin()
  const plan = topicPlan(config)
  try {
    await admin.connect()
    const created = await createInKafka(admin, plan)
    const existing = plan.map(({ topic }) => topic).filter(topic => !created.includes(topic))
    const planned = plan.filter(({ topic }) => existing.includes(topic))
    return { created, existing, differences: await checkTopics({ admin, plan: planned, sources: [] }) }
  } finally {
    // Nothing waits for it: the work is done, or the connection is what failed.
    void admin.disconnect().catch(() => undefined)
  }
}

function printForPeople({ created, existing, differences }: Outcome, terminal: Terminal): void {
  for (const topic of created) terminal.print(`${terminal.paint('green', 'created')}  ${topic}`)
  for (const topic of existing) terminal.print(`exists   ${topic}`)
  for (const { tolerable, message } of differences) {
    terminal.print(`${terminal.paint(tolerable ? 'yellow' : 'red', 'differs')}  ${message}`)
  }
}

function explain(error: unknown, config: Config['kafka'], terminal: Terminal): number {
  const trouble = kafkaTrouble(error, config)
  if (trouble === undefined) throw error
  terminal.note(`kafka ${trouble.detail}${trouble.fix === '' ? '' : `\nfix: ${trouble.fix}`}`)
  return trouble.reachable ? exitCode.failed : exitCode.unreachable
}
