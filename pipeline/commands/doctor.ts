import type { Config } from '../../schemas/config.ts'
import { ineffectiveKeys } from '../config/ineffective-keys.ts'
import { loadConfig } from '../config/load-config.ts'
import { checkKafka } from '../doctor/check-kafka.ts'
import { checkModel } from '../doctor/check-model.ts'
import { checkRedis } from '../doctor/check-redis.ts'
import { checkRules } from '../doctor/check-rules.ts'
import type { Check } from '../doctor/check.ts'
import { withDeadline } from '../doctor/with-deadline.ts'
import { renderProblem } from '../documents/render-problem.ts'
import type { CommandContext } from '../terminal/command-context.ts'
import { exitCode } from '../terminal/exit-code.ts'
import type { Terminal } from '../terminal/process-terminal.ts'

export interface DoctorOptions extends CommandContext {
  readonly timeoutMs?: number
  readonly slowMs?: number
}

/** `doctor`: checks everything that the configuration names, and says the fix of what is wrong. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { configPath, environment, json, terminal } = options
  const loaded = loadConfig({ path: configPath, environment })
  const table = new Table(terminal, json)
  if (!loaded.ok) {
    table.add(loaded.problems.map(problem => failed('configuration', renderProblem(problem))))
    table.end()
    return exitCode.usage
  }
  const ignored = ineffectiveKeys(loaded.config)
  const note = ignored.length === 0 ? '' : ` (without effect in this version: ${ignored.join(', ')})`
  table.add([{ name: 'configuration', status: 'ok', detail: `${loaded.file}${note}`, fix: null }])
  const rules = checkRules(loaded.config)
  table.add(rules)
  // All at once, shown in a fixed order, so that one that hangs costs its time only once.
  const running = remoteChecks(loaded.config).map(({ name, run }) => limited(name, run(), options))
  for (const checks of running) table.add(await checks)
  table.end()
  return table.exit(rules)
}

interface RemoteCheck {
  readonly name: string
  readonly run: () => Promise<readonly Check[]>
}

function remoteChecks(config: Config): readonly RemoteCheck[] {
  const models = Object.entries(config.models ?? {}).flatMap(([name, model]): RemoteCheck[] =>
    typeof model === 'object' && model.provider === 'openai'
      ? [{ name: `model ${name}`, run: () => checkModel(name, model) }]
      : [],
  )
  const { redis } = config
  return [
    { name: 'kafka', run: () => checkKafka(config) },
    ...(redis === undefined ? [] : [{ name: 'redis', run: () => checkRedis(redis.url) }]),
    ...models,
  ]
}

function limited(
  name: string,
  running: Promise<readonly Check[]>,
  options: DoctorOptions,
): Promise<readonly Check[]> {
  const { timeoutMs = 35_000, slowMs = 2000, terminal } = options
  return withDeadline(running, {
    name,
    timeoutMs,
    slowMs,
    onSlow: () => terminal.note(`waiting for ${name} …`),
  })
}

function failed(name: string, detail: string): Check {
  return { name, status: 'failed', detail, fix: null }
}

const NAME_WIDTH = 16

/** Shows each line as soon as it is known; as JSON, all of them at the end. */
class Table {
  private readonly checks: Check[] = []
  private readonly terminal: Terminal
  private readonly json: boolean

  constructor(terminal: Terminal, json: boolean) {
    this.terminal = terminal
    this.json = json
  }

  add(checks: readonly Check[]): void {
    this.checks.push(...checks)
    if (!this.json) for (const check of checks) this.terminal.print(this.row(check))
  }

  end(): void {
    if (this.json) {
      this.terminal.print(JSON.stringify({ ok: this.failures().length === 0, checks: this.checks }))
    }
  }

  exit(rules: readonly Check[]): number {
    const failures = this.failures()
    if (failures.length === 0) return exitCode.done
    return failures.every(check => rules.includes(check)) ? exitCode.ruleInvalid : exitCode.unreachable
  }

  private failures(): readonly Check[] {
    return this.checks.filter(check => check.status === 'failed')
  }

  private row({ name, status, detail, fix }: Check): string {
    const colours = { ok: 'green', warning: 'yellow', failed: 'red', skipped: 'yellow' } as const
    const head = `${this.terminal.paint(colours[status], status.padEnd(7))}  ${name.padEnd(NAME_WIDTH)}  `
    const below = ' '.repeat(7 + 2 + NAME_WIDTH + 2)
    const body = detail.trimEnd().replaceAll('\n', `\n${below}`)
    return fix === null || fix === '' ? `${head}${body}` : `${head}${body}\n${below}fix: ${fix}`
  }
}
