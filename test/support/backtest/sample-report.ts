import { backtestTally } from '../../../pipeline/backtest/tally/backtest-tally.ts'
import type { WindowMode } from '../../../operators/telemetry.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { alertOf } from './alert-of.ts'
import { decisionOf } from './decision-of.ts'
import { type SampleRule, sampleRules } from './sample-rules.ts'

export interface SampleReportOptions {
  readonly seed?: number
  readonly rules?: number
  readonly hours?: number
  /** How many windows have no answer. */
  readonly missingShare?: number
  readonly model?: Partial<BacktestReport['model']>
  readonly recording?: Partial<BacktestReport['recording']>
}

const START_MS = Date.parse('2026-11-20T00:00:04.000Z')
/** Everything happens at steps of this. */
const STEP_MS = 15_000
const STEPS_OF_HOUR = 240
const STEPS_OF_MINUTE = 4
const MINUTES_OF_DAY = 1440
/** After so many steps a batch is as old as it may be, and an interval is over. */
const BATCH_STEPS = 2
const INTERVAL_STEPS = 20
/** How long something that happens goes on, and how much more it brings. */
const INCIDENT_MINUTES = 12
const INCIDENT_LOAD = 6
const USD_PER_TOKEN = { input: 0.15 / 1_000_000, output: 0.6 / 1_000_000 }

/** The report of a time that might have been: a daily curve, a few incidents, and some keys that are louder than others. */
export function sampleReport(options: SampleReportOptions = {}): BacktestReport {
  const { seed = 1, rules = 8, hours = 24, missingShare = 0 } = options
  const samples = sampleRules(rules)
  const random = seededRandom(seed)
  let nowMs = START_MS
  const tally = backtestTally({
    rules: samples.map(({ rule }) => rule),
    clock: { now: () => nowMs },
    lateAfterSeconds: 10,
  })
  const streams = samples.map(
    sample => new SampleStream(sample, { tally, random, missingShare, mode: options.model?.mode }),
  )
  for (let step = 0; step < hours * STEPS_OF_HOUR; step++) {
    nowMs = START_MS + step * STEP_MS
    for (const stream of streams) stream.play(step, nowMs)
  }
  const missing = streams.reduce((sum, stream) => sum + stream.missing, 0)
  const report = tally.report({
    recording: { files: ['market-day.ndjson.gz'], skipped: {} },
    model: {
      mode: 'journal',
      answers: { known: streams.reduce((sum, { asked }) => sum + asked, 0), asked: 0, missing },
      latency: 'recorded',
      limits: true,
      ...options.model,
    },
  })
  return { ...report, recording: { ...report.recording, ...options.recording } }
}

interface StreamOptions {
  readonly tally: ReturnType<typeof backtestTally>
  readonly random: () => number
  readonly missingShare: number
  readonly mode: BacktestReport['model']['mode'] | undefined
}

const notAsked = { outcome: 'skipped', confidence: null, reason: 'not asked (--model none)' } as const

class SampleStream {
  asked = 0
  missing = 0
  private readonly held = new Map<string, number>()
  private readonly mode: WindowMode
  private readonly sizeMax: number | null
  private readonly sample: SampleRule
  private readonly options: StreamOptions

  constructor(sample: SampleRule, options: StreamOptions) {
    this.sample = sample
    this.options = options
    const { llm_config } = sample.rule.rule_config
    this.mode = llm_config?.trigger_mode ?? 'traditional'
    this.sizeMax = llm_config?.batch_size ?? null
  }

  play(step: number, nowMs: number): void {
    const minute = Math.floor(step / STEPS_OF_MINUTE) % MINUTES_OF_DAY
    const { mode } = this
    for (let left = this.evaluate(minute, nowMs); left > 0; left--) this.take(minute, nowMs)
    if (mode === 'batch' && step % BATCH_STEPS === 0) this.closeAll({ minute, nowMs, closed_by: 'time' })
    if (mode === 'interval' && step % INTERVAL_STEPS === 0)
      this.closeAll({ minute, nowMs, closed_by: 'tick' })
  }

  /** How many events pass. */
  private evaluate(minute: number, nowMs: number): number {
    const { rule, eventsPerHour, passShare } = this.sample
    const { telemetry, played } = this.options.tally
    const load = curve(minute) * (this.isIncident(minute) ? INCIDENT_LOAD : 1)
    const seen = this.rounded((eventsPerHour / 60 / STEPS_OF_MINUTE) * load)
    const passed = Math.min(seen, this.rounded(seen * passShare))
    for (let event = 0; event < seen; event++) played({ timestampMs: nowMs })
    telemetry.eventsReceived(this.topic, seen, seen - passed)
    const unknown = passShare < 1 ? this.rounded((seen - passed) * 0.004) : 0
    telemetry.rulesEvaluated(rule.rule_id, 'match', passed)
    telemetry.rulesEvaluated(rule.rule_id, 'no_match', seen - passed - unknown)
    telemetry.rulesEvaluated(rule.rule_id, 'unknown', unknown)
    return passed
  }

  private get topic(): string {
    const { rule_id } = this.sample.rule
    return /card/.test(rule_id) ? 'payments' : /host|cpu|secret/.test(rule_id) ? 'metrics' : 'signals'
  }

  private isIncident(minute: number): boolean {
    return this.sample.incidents.some(at => {
      const since = minute - at
      return since >= 0 && since < INCIDENT_MINUTES
    })
  }

  private take(minute: number, nowMs: number): void {
    const { rule } = this.sample
    const key = this.drawKey()
    const count = (this.held.get(key) ?? 0) + 1
    const { trigger_mode: mode = 'traditional', batch_size: sizeMax = null } =
      rule.rule_config.llm_config ?? {}
    this.options.tally.telemetry.windowFilled({ ruleId: rule.rule_id, key, mode, count, sizeMax })
    this.held.set(key, count)
    const isFull = count === sizeMax
    if (mode === 'batch' ? isFull : mode !== 'interval') {
      this.close({ minute, nowMs, key, closed_by: isFull ? 'size' : 'event' })
    }
  }

  /** The square makes the first keys loud. */
  private drawKey(): string {
    const { keys } = this.sample
    return keys[Math.floor(keys.length * this.options.random() ** 2)] ?? 'none'
  }

  private closeAll(closing: Omit<Closing, 'key'>): void {
    for (const key of [...this.held.keys()]) this.close({ ...closing, key })
  }

  private close({ minute, nowMs, key, closed_by }: Closing): void {
    const { telemetry } = this.options.tally
    const event_count = this.held.get(key) ?? 1
    this.held.delete(key)
    const { rule_id, rule_config, metadata } = this.sample.rule
    const trigger_mode = rule_config.llm_config?.trigger_mode ?? null
    telemetry.windowClosed({ mode: trigger_mode ?? 'traditional', closedBy: closed_by, lateMs: null })
    const isIncident = this.isIncident(minute)
    const decision = decisionOf({
      rule_id,
      rule_version: metadata.version,
      rule_type: rule_config.rule_type,
      key,
      trigger_mode,
      closed_by,
      event_count,
      decided_at: new Date(nowMs).toISOString(),
      ...(trigger_mode === null ? this.byExpression() : this.byModel(event_count, isIncident)),
    })
    telemetry.decided(decision, 0)
    if (decision.outcome === 'triggered') telemetry.alerted(alertOf(decision))
  }

  private byExpression(): Partial<Decision> {
    return {
      outcome: 'triggered',
      confidence: null,
      reason: this.one(this.sample.reasons),
      model: null,
      model_id: null,
      attempts: 0,
      cache: 'none',
      tokens: { input: 0, output: 0 },
      cost_usd: 0,
      waited_ms: { window: 0, queue: 0, call: 0 },
    }
  }

  private byModel(events: number, isIncident: boolean): Partial<Decision> {
    const { random, missingShare, tally } = this.options
    const queue = Math.floor(-Math.log(1 - random()) * (isIncident ? 4000 : 90))
    const call = Math.floor(380 + -Math.log(1 - random()) * 420)
    const waited_ms = { window: Math.floor(random() * 30_000), queue, call }
    if (random() < missingShare) {
      this.missing++
      const error = { code: 'answer_missing', message: 'no recorded answer' }
      const free = { attempts: 0, tokens: { input: 0, output: 0 }, cost_usd: 0 }
      return { outcome: 'undecided', confidence: null, reason: null, error, ...free, waited_ms }
    }
    this.asked++
    const unasked = this.options.mode === 'none'
    const tokens = {
      input: 310 + events * 58 + Math.floor(random() * 40),
      output: 24 + Math.floor(random() * 30),
    }
    const cost_usd = tokens.input * USD_PER_TOKEN.input + tokens.output * USD_PER_TOKEN.output
    const seen = { model: 'fast', result: 'ok', code: null, isRetry: false, priority: 'medium' } as const
    tally.telemetry.modelCalled({ ...seen, durationMs: call, waitedMs: queue })
    return {
      ...(unasked ? notAsked : this.verdict(isIncident)),
      tokens,
      cost_usd: Number(cost_usd.toFixed(9)),
      waited_ms,
    }
  }

  private verdict(isIncident: boolean): Pick<Decision, 'outcome' | 'confidence' | 'reason'> {
    const { random } = this.options
    const [quiet, loud] = this.sample.alertShares
    const confidence = Number((0.55 + 0.44 * random()).toFixed(2))
    if (random() >= (isIncident ? loud : quiet)) {
      return { outcome: 'not_triggered', confidence, reason: this.one(this.sample.noReasons) }
    }
    const outcome = confidence >= 0.7 ? 'triggered' : 'below_threshold'
    return { outcome, confidence, reason: this.one(this.sample.reasons) }
  }

  private one(texts: readonly string[]): string {
    return texts[Math.floor(this.options.random() * texts.length)] ?? ''
  }

  private rounded(count: number): number {
    return Math.floor(count + this.options.random())
  }
}

interface Closing {
  readonly minute: number
  readonly nowMs: number
  readonly key: string
  readonly closed_by: Decision['closed_by']
}

/** Quiet at night, most around two in the afternoon. */
function curve(minuteOfDay: number): number {
  return 0.35 + 0.65 * Math.sin((Math.PI * Math.max(0, minuteOfDay - 240)) / 1320) ** 2
}
