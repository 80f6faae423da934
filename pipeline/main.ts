#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { CommanderError } from 'commander'
import { PipelineError } from '../schemas/failure.ts'
import { createProgram } from './create-program.ts'
import { exitCode } from './terminal/exit-code.ts'
import { processTerminal } from './terminal/process-terminal.ts'

// Else V8 makes objects that are short-lived among the long-lived ones where some of their kind once lived long, and all that they
// refer to lives on with them: a third of the time of a backtest went into collecting that.
setFlagsFromString('--no-allocation-site-pretenuring')

// Whoever reads the output may stop reading (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? exitCode.done)
})

const status = await runProgram()
// What is still open, such as a connection that does not close, must not hold up the end.
process.stdout.write('', () => process.exit(status))

async function runProgram(): Promise<number> {
  const terminal = processTerminal(process)
  let ended: number = exitCode.done
  try {
    const onEnd = (code: number) => (ended = code)
    const program = createProgram({
      version: version(),
      environment: process.env,
      terminal,
      openRuleStore: async config => (await import('./rules/open-rule-store.ts')).openRuleStore(config),
      onEnd,
    })
    await program.parseAsync(process.argv)
    return ended
  } catch (error) {
    // It has written what is wrong already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.usage
    if (!(error instanceof PipelineError)) throw error
    terminal.note(error.message)
    return statusOf(error)
  }
}

function statusOf({ code }: PipelineError): number {
  if (['config_invalid', 'recording_invalid', 'api_refused'].includes(code)) return exitCode.usage
  if (code === 'rules_invalid') return exitCode.ruleInvalid
  const isUnreachable = ['lane_unavailable', 'table_unavailable', 'api_unreachable'].includes(code)
  return isUnreachable ? exitCode.unreachable : exitCode.failed
}

/** Of the package: this file is in pipeline/ of a checkout, or in dist/pipeline/ of what is published. */
function version(): string {
  const file = ['../package.json', '../../package.json']
    .map(path => new URL(path, import.meta.url))
    .find(existsSync)
  const parsed: unknown = file === undefined ? null : JSON.parse(readFileSync(file, 'utf8'))
  const known = typeof parsed === 'object' && parsed !== null && 'version' in parsed
  return known ? String(parsed.version) : 'unknown'
}
