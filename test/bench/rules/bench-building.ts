import { monitorEventLoopDelay } from 'node:perf_hooks'
import { asyncScheduler, filter, firstValueFrom, scheduled } from 'rxjs'
import { RuleBook } from '../../../operators/rules/rule-book.ts'
import { ruleTableBuilder } from '../../../operators/matching/rule-table-builder.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { printRow, rounded } from '../bench-report.ts'
import { hostileRules } from './hostile-rules.ts'
import { ruleSet } from './rule-set.ts'

export interface BenchBuildingOptions {
  readonly rules: number
  readonly seed: number
}

const EVENTS_PER_MS = 1_000_000

/**
 * How long a table takes to be there while its slices share the thread with timers, the longest slice, by the clock and
 * by the thread's own CPU time, and how late a timer was: all rules new, one of them changed, and rules at every limit.
 */
export async function benchBuilding({ rules: count, seed }: BenchBuildingOptions): Promise<void> {
  const { rules } = ruleSet({ name: 'selective', rules: count, events: 0, seed })
  const build = ruleTableBuilder()
  await buildOnce('all new', rules, build)
  const changed = rules.map((rule, index) => (index === 7 ? { ...rule, priority: 7 } : rule))
  await buildOnce('one changed', changed, build)
  await buildOnce(
    'all new, second build',
    rules.map(rule => ({ ...rule })),
    build,
  )
  for (const [name, hostile] of hostileRules(count)) {
    await buildOnce(name, takenByBook(hostile), ruleTableBuilder())
  }
}

/** Those of the rules that a deployment takes: its book is full at some time. */
function takenByBook(rules: readonly Rule[]): readonly Rule[] {
  const read = (ruleId: string) => rules.find(rule => rule.rule_id === ruleId) ?? 'none'
  const book = new RuleBook({ rulesMax: rules.length, read, onFault: () => undefined })
  for (const rule of rules)
    book.read({ key: Buffer.from(rule.rule_id), value: Buffer.from(JSON.stringify(rule)) })
  return [...book.rules.values()]
}

async function buildOnce(
  name: string,
  rules: readonly Rule[],
  build: ReturnType<typeof ruleTableBuilder>,
): Promise<void> {
  const slices: Slice[] = []
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpuBefore = process.cpuUsage()
  const before = performance.now()
  await firstValueFrom(
    scheduled(timed(build(rules), slices), asyncScheduler).pipe(filter(table => table !== null)),
  )
  const { user, system } = process.cpuUsage(cpuBefore)
  delay.disable()
  printRow({
    bench: 'rules-building',
    case: name,
    rules: rules.length,
    characters: rules.reduce((sum, rule) => sum + (rule.rule_config.pre_filter?.expression.length ?? 0), 0),
    ms: rounded(performance.now() - before, 0),
    cpu_ms: rounded((user + system) / 1000, 0),
    slices: slices.length,
    longest_slice_ms: rounded(Math.max(...slices.map(({ ms }) => ms)), 1),
    longest_slice_cpu_ms: rounded(Math.max(...slices.map(({ cpuMs }) => cpuMs)), 1),
    slices_over_10_cpu_ms: slices.filter(({ cpuMs }) => cpuMs > 10).length,
    longest_delay_ms: rounded(delay.max / EVENTS_PER_MS, 1),
    heap_mb: rounded(process.memoryUsage().heapUsed / 1_000_000, 0),
  })
}

interface Slice {
  readonly ms: number
  readonly cpuMs: number
}

function* timed<T>(steps: Iterable<T>, slices: Slice[]): Generator<T> {
  const iterator = steps[Symbol.iterator]()
  for (;;) {
    const before = performance.now()
    const cpuBefore = process.threadCpuUsage()
    const step = iterator.next()
    const { user, system } = process.threadCpuUsage(cpuBefore)
    slices.push({ ms: performance.now() - before, cpuMs: (user + system) / 1000 })
    if (step.done === true) return
    yield step.value
  }
}
