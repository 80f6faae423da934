import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { benchCommand } from '../bench-command.ts'
import { machineRow, printRow, rounded } from '../bench-report.ts'
import { processCpuSeconds, processPeakMb } from '../process-cpu.ts'
import { dayRules } from './day-rules.ts'
import { writeDay } from './write-day.ts'

const LOOK_MS = 200

const help = `npm run bench:backtest -- [options]

How long a backtest of a day takes, and how much memory: ten rules of all types and trigger modes, five types of events, 5,000 keys,
--model none, the command in a process of its own. Writing the recording is not counted.

  --events a,b   how many of the same day (1000000)
  --seed N       (1)
  --keep DIR     leave the recordings there, and use those that are
  --help
`

process.exitCode = await benchCommand({ help, readOptions, run: runAll })

function readOptions() {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const counts = values.events.split(',').map(Number)
  if (!counts.every(count => Number.isSafeInteger(count) && count > 0)) {
    throw new Error('--events takes whole numbers')
  }
  return { counts, seed: Number(values.seed), help: values.help, keep: values.keep }
}

async function runAll({ counts, seed, keep }: ReturnType<typeof readOptions>): Promise<void> {
  printRow(machineRow('none'))
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'bench-backtest-')))
  try {
    const rules = join(folder, 'rules.yaml')
    await writeFile(rules, dayRules.map(rule => JSON.stringify(rule)).join('\n---\n'))
    for (const events of counts) {
      const file = join(folder, `day-${events}-${seed}.ndjson.gz`)
      if ((await stat(file).catch(() => null)) === null) await writeDay({ file, events, seed })
      printRow({ bench: 'backtest', events, seed, rules: dayRules.length, ...(await measure(file, rules)) })
    }
  } finally {
    if (keep === undefined) await rm(folder, { recursive: true })
  }
}

async function measure(recording: string, rules: string) {
  const config = new URL('../../../examples/recordings/llmtrigger.yaml', import.meta.url).pathname
  const program = new URL('../../../pipeline/main.ts', import.meta.url).pathname
  const args = ['backtest', recording, '--rules', rules, '--config', config, '--model', 'none', '--json']
  const startMs = performance.now()
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
  let [cpuSeconds, peakMb] = [0, 0]
  const look = setInterval(() => {
    try {
      cpuSeconds = processCpuSeconds(child.pid ?? 0)
      peakMb = processPeakMb(child.pid ?? 0) || peakMb
    } catch {
      // It has just ended.
    }
  }, LOOK_MS)
  const [code] = await once(child, 'exit')
  clearInterval(look)
  if (code !== 0) throw new Error(`the backtest ended with ${String(code)}`)
  const seconds = (performance.now() - startMs) / 1000
  return {
    seconds: rounded(seconds, 1),
    cpu_seconds: rounded(cpuSeconds, 1),
    peak_mb: Math.round(peakMb),
  }
}
