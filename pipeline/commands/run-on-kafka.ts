import type { Config } from '../../schemas/config.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { loadConfig } from '../config/load-config.ts'
import { kafkaTrouble } from '../doctor/kafka-trouble.ts'
import { renderProblem } from '../documents/render-problem.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'

/** Runs the work of a command with the configuration, and explains what is wrong with that or with Kafka. */
export async function runOnKafka(
  { configPath, environment, terminal }: CommandContext,
  work: (config: Config) => Promise<number>,
): Promise<number> {
  const loaded = loadConfig({ path: configPath, environment })
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.note(renderProblem(problem))
    return exitCode.usage
  }
  try {
    return await work(loaded.config)
  } catch (error) {
    // A failure with a code of its own says all that there is to say.
    const trouble = error instanceof PipelineError ? undefined : kafkaTrouble(error, loaded.config.kafka)
    if (trouble === undefined) throw error
    terminal.note(`kafka ${trouble.detail}${trouble.fix === '' ? '' : `\nfix: ${trouble.fix}`}`)
    return trouble.reachable ? exitCode.failed : exitCode.unreachable
  }
}
