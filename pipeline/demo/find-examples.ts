import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PipelineError } from '../../schemas/failure.ts'

/** The folder `examples`: this file is in pipeline/ of a checkout, or in dist/pipeline/ of what is published. */
export function findExamples(): string {
  const folder = ['../../examples/', '../../../examples/']
    .map(path => fileURLToPath(new URL(path, import.meta.url)))
    .find(existsSync)
  if (folder === undefined) {
    throw new PipelineError('config_invalid', 'the folder examples/ is missing from this installation')
  }
  return folder
}
