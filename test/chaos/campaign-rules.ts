/** What the campaign writes of the n-th event, and what a rule sees of it. */
export interface ChaosEvent {
  readonly n: number
  readonly key: string
  readonly type: string
}

export interface CampaignRule {
  readonly id: string
  /** The rule as users write it. */
  readonly document: Readonly<Record<string, unknown>>
  /** Whether the rule is about an event, told without the pipeline. */
  readonly matches: (event: ChaosEvent) => boolean
  readonly window: WindowLaw
}

/** What a window of the rule may be. */
export type WindowLaw =
  | { readonly mode: 'event'; readonly asked: boolean }
  | { readonly mode: 'batch'; readonly size: number; readonly waitMs: number }
  | { readonly mode: 'interval'; readonly periodMs: number }

export const PLAIN = 'chaos.plain'
export const WINDOW = 'chaos.window'
export const TICK = 'chaos.tick'

/** What the model is taken to say, as an expression for the simulator and as code for the verifier. */
export const answerWhen = 'last.n % 3 != 0'

export function saysYes(lastN: number): boolean {
  return lastN % 3 !== 0
}

const bySize = { batch_size: 7, max_wait_seconds: 3 }
const byTime = { batch_size: 500, max_wait_seconds: 2 }
const periodSeconds = 4

/** Five rules, one for each way in which a window may close. */
export const campaignRules: readonly CampaignRule[] = [
  {
    id: 'plain',
    document: rule('plain', PLAIN, { rule_type: 'traditional', pre_filter: { expression: 'n % 4 == 0' } }),
    matches: ({ n, type }) => type === PLAIN && n % 4 === 0,
    window: { mode: 'event', asked: false },
  },
  {
    id: 'realtime',
    document: rule('realtime', PLAIN, {
      rule_type: 'hybrid',
      pre_filter: { expression: 'n % 20 == 1' },
      llm_config: { description: 'Single events', trigger_mode: 'realtime' },
    }),
    matches: ({ n, type }) => type === PLAIN && n % 20 === 1,
    window: { mode: 'event', asked: true },
  },
  {
    id: 'by-size',
    document: rule('by-size', WINDOW, {
      rule_type: 'llm',
      llm_config: { description: 'Seven events', trigger_mode: 'batch', ...bySize },
    }),
    matches: ({ type }) => type === WINDOW,
    window: { mode: 'batch', size: bySize.batch_size, waitMs: bySize.max_wait_seconds * 1000 },
  },
  {
    id: 'by-time',
    document: rule('by-time', WINDOW, {
      rule_type: 'hybrid',
      pre_filter: { expression: 'n % 8 == 2' },
      llm_config: { description: 'Two seconds', trigger_mode: 'batch', ...byTime },
    }),
    matches: ({ n, type }) => type === WINDOW && n % 8 === 2,
    window: { mode: 'batch', size: byTime.batch_size, waitMs: byTime.max_wait_seconds * 1000 },
  },
  {
    id: 'ticks',
    document: {
      ...rule('ticks', TICK, {
        rule_type: 'llm',
        llm_config: {
          description: 'Every four seconds',
          trigger_mode: 'interval',
          interval_seconds: periodSeconds,
        },
      }),
      group_by: ['context_key'],
    },
    matches: ({ type }) => type === TICK,
    window: { mode: 'interval', periodMs: periodSeconds * 1000 },
  },
]

function rule(id: string, type: string, ruleConfig: unknown): Readonly<Record<string, unknown>> {
  return { rule_id: id, name: id, event_types: [type], group_by: ['name'], rule_config: ruleConfig }
}
