import type { PipelineProcess } from './pipeline-process.ts'

/** Where a process of the pipeline serves its API, once it is ready. */
export function servedAt({ log }: Pick<PipelineProcess, 'log'>): string {
  const url = /"url":"(http:[^"]+)"/.exec(log())?.[1]
  if (url === undefined) throw new Error(`the log names no address:\n${log()}`)
  return url
}
