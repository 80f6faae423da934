import type { TestProject } from 'vitest/node'
import { findRedisBinary } from './redis-binary.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The program of a Redis server; empty where none can be had. */
    redisBinary: string
  }
}

/** Finds the Redis that the tests of the shared quota start for themselves. */
export async function setup(project: TestProject): Promise<void> {
  const found = await findRedisBinary()
  if ('skipped' in found) {
    // A gate that quietly skips its hardest tests would let anything through.
    if (process.env['CI'] === 'true') throw new Error(`the tests need Redis: ${found.skipped}`)
    process.stderr.write(`\nNo Redis, so its tests are skipped: ${found.skipped}\n\n`)
  }
  project.provide('redisBinary', 'skipped' in found ? '' : found.binary)
}
