import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutations, type Mutation } from './mutation.ts'
import type { Violation } from './violation.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' } } })

let missed = 0
for (const mutation of mutations) {
  const caught = await firstViolation(mutation)
  if (caught === null) missed++
  process.stdout.write(`${mutation.name}: ${describe(caught)}\n`)
}
process.stdout.write(`${mutations.length} mutations, ${missed} not caught\n`)
process.exit(missed === 0 ? 0 : 1)

/** Breaks a copy of the checkout and runs the simulation there, until it sees it. */
async function firstViolation(mutation: Mutation): Promise<Violation | null> {
  const copy = mkdtempSync(join(tmpdir(), 'llmtrigger-mutation-'))
  try {
    for (const part of ['package.json', 'schemas', 'operators', 'pipeline', 'test']) {
      cpSync(join(root, part), join(copy, part), { recursive: true })
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
    mutate(copy, mutation)
    return await simulate(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

function mutate(copy: string, { name, file, from, to }: Mutation): void {
  const path = join(copy, file)
  const parts = readFileSync(path, 'utf8').split(from)
  if (parts.length !== 2) throw new Error(`${name}: ${file} has ${parts.length - 1} times: ${from}`)
  writeFileSync(path, parts.join(to))
}

async function simulate(copy: string): Promise<Violation | null> {
  const args = ['test/simulate/main.ts', '--runs', values.runs, '--seed', '1', '--json']
  const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const printed: Partial<Violation> & { runs?: number } = JSON.parse(line)
    child.kill()
    await exit
    const { invariant, seen, seed, step } = printed
    if (invariant === undefined || seen === undefined || seed === undefined) return null
    return { invariant, seen, seed, step: step ?? 0 }
  }
  throw new Error('the simulation ended without a report')
}

function describe(caught: Violation | null): string {
  if (caught === null) return `not caught in ${values.runs} runs`
  const { seed, step, invariant, seen } = caught
  return `caught after ${seed} runs, in step ${step}, by ${invariant}: ${seen}`
}
