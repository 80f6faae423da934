import type { Decision, Outcome, Repeat } from '../../schemas/decision.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import { deriveId } from '../lanes/derive-id.ts'
import { isoTime } from '../lanes/iso-time.ts'
import type { ClosedWindow, HeldWork } from '../windows/window.ts'
import { workOf } from '../windows/work-of.ts'
import type { Verdict } from './verdict.ts'
import type { Answer } from '../asking/parse-answer.ts'

export interface DecisionContext {
  readonly workPartition: number
  readonly decidedAtMs: number
  readonly repeats: readonly Repeat[]
}

/** Writes what became of a window: the record on `decisions`. */
export function composeDecision(verdict: Verdict, context: DecisionContext): Decision {
  const { window } = verdict
  const judged = judge(verdict.answer, window.rule)
  return {
    ...headOf(window),
    events: window.held.map(decidedEvent),
    work_partition: context.workPartition,
    repeats: [...context.repeats],
    format: 1,
    opened_at: isoTime(window.openedAtMs),
    closed_at: isoTime(window.closedAtMs),
    decided_at: isoTime(context.decidedAtMs),
    ...judged,
    model: verdict.model?.name ?? null,
    model_id: verdict.model?.modelId ?? null,
    question_hash: verdict.questionHash,
    attempts: verdict.attempts.reduce((sum, { count }) => sum + count, 0),
    cache: verdict.cache,
    budget: verdict.budget,
    tokens: verdict.tokens,
    cost_usd: verdict.costUsd,
    waited_ms: {
      window: window.closedAtMs - window.openedAtMs,
      queue: Math.max(0, Math.round(verdict.queueMs)),
      call: Math.round(verdict.callMs),
    },
  }
}

function headOf({ rule, ruleId, key, closedBy, held }: ClosedWindow) {
  const { rule_version, rule_type } = ruleFacts(rule, held)
  return {
    decision_id: deriveId([ruleId, `${rule_version}`, key, ...held.map(one => workOf(one).work_id)]),
    rule_id: ruleId,
    rule_version,
    rule_type,
    key,
    trigger_mode: rule?.rule_config.llm_config?.trigger_mode ?? null,
    closed_by: closedBy,
    event_count: held.length,
  }
}

/** The version that judged; of a rule that is gone, the one that the event passed. */
function ruleFacts(
  rule: Rule | null,
  held: readonly HeldWork[],
): Pick<Decision, 'rule_version' | 'rule_type'> {
  if (rule !== null) return { rule_version: rule.metadata.version, rule_type: rule.rule_config.rule_type }
  const [first] = held
  if (first === undefined) throw new Error('a closed window holds at least one event')
  return workOf(first)
}

const nothing = { confidence: null, reason: null, error: null }

type Judged = Pick<Decision, 'outcome' | 'confidence' | 'reason' | 'error'>

function judge(answer: Answer | PipelineError | null, rule: Rule | null): Judged {
  if (rule === null) return { ...nothing, outcome: 'cancelled', reason: 'the rule is gone or disabled' }
  if (answer === null) {
    const expression = rule.rule_config.pre_filter?.expression ?? ''
    return { ...nothing, outcome: 'triggered', reason: `the expression holds: ${expression}` }
  }
  if (answer instanceof PipelineError) {
    return withoutAnswer(answer, rule)
  }
  const { confidence, reason } = answer
  return { outcome: outcomeOf(answer, rule), confidence, reason, error: null }
}

function outcomeOf({ shouldTrigger, confidence }: Answer, rule: Rule): Outcome {
  if (!shouldTrigger) return 'not_triggered'
  const threshold = rule.rule_config.llm_config?.confidence_threshold ?? 0
  return confidence >= threshold ? 'triggered' : 'below_threshold'
}

function withoutAnswer(failure: PipelineError, rule: Rule): Judged {
  const { code, message } = failure
  if (code === 'budget_spent') return unpaid(failure, rule)
  if (code === 'not_asked') return { ...nothing, outcome: 'skipped', reason: message }
  // Nothing is wrong with the model, so that `on_failure` says nothing of it.
  if (code === 'answer_missing') return { ...nothing, outcome: 'undecided', error: { code, message } }
  return undecided(failure, rule)
}

function undecided({ code, message }: PipelineError, rule: Rule): Judged {
  const error = { code, message }
  if (rule.rule_config.llm_config?.on_failure !== 'trigger') {
    return { outcome: 'undecided', confidence: null, reason: null, error }
  }
  return {
    outcome: 'triggered',
    confidence: null,
    reason: `no verdict, and on_failure is trigger: ${message}`,
    error,
  }
}

function unpaid({ message }: PipelineError, { rule_config }: Rule): Judged {
  if (rule_config.llm_config?.on_budget !== 'expression_only') {
    return { ...nothing, outcome: 'skipped', reason: message }
  }
  const expression = rule_config.pre_filter?.expression ?? ''
  return { ...nothing, outcome: 'triggered', reason: `${message}, and the expression holds: ${expression}` }
}

function decidedEvent(held: HeldWork): Decision['events'][number] {
  const work = workOf(held)
  const { event_id, event_type, timestamp } = work.event
  const { topic, partition, offset } = work.source
  const arrived_at = isoTime(held.arrivedAtMs)
  return {
    event_id,
    event_type,
    timestamp,
    topic,
    partition,
    offset,
    work_id: work.work_id,
    work_offset: `${held.offset}`,
    arrived_at,
  }
}
