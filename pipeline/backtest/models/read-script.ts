import { PipelineError } from '../../../schemas/failure.ts'
import { readTextFile } from '../../documents/read-text-file.ts'
import { compileScript, type Script } from '../../simulator/script/compile-script.ts'
import { parseSimulatorSettings } from '../../simulator/parse-simulator-settings.ts'

/** Reads the answers of a simulated model: a list, as the simulator takes it, or settings of the simulator that hold one. */
export function readScript(file: string): Script {
  const read = readTextFile(file, file)
  if (!read.ok) throw new PipelineError('config_invalid', `${file}: ${read.problem.message}`)
  const value = parse(read.text, file)
  try {
    return compileScript(parseSimulatorSettings(Array.isArray(value) ? { answers: value } : value))
  } catch (cause) {
    if (!(cause instanceof PipelineError)) throw cause
    throw new PipelineError('config_invalid', `${file}: ${cause.message}`, { cause })
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PipelineError('config_invalid', `${file}: not JSON`, { cause })
  }
}
