import { decisionSchema } from '../../schemas/decision.ts'
import { type WorkFacts, workRecord } from '../operators/lanes/work-record.ts'
import { memoryPipeline, START_MS } from '../support/memory-pipeline.ts'
import { type ModelCall, scriptedModel, type ScriptedModelOptions } from '../support/scripted-model.ts'

export const WORK = 'llmtrigger.work'
export const SECOND_MS = 1000

export interface WorkPipelineOptions extends Omit<ScriptedModelOptions, 'clock'> {
  /** The trigger mode of each rule, by its id. */
  readonly rules: Readonly<Record<string, unknown>>
  readonly holdMs?: number
}

/** The pipeline with work written by hand, all of it in one partition: what ROUTE would write, at any time. */
export function workPipeline({ rules, holdMs, ...script }: WorkPipelineOptions) {
  let calls: readonly ModelCall[] = []
  const pipeline = memoryPipeline({
    rules: Object.entries(rules).map(([id, mode]) => ruleOf(id, mode)),
    ...(holdMs !== undefined && { holdMs }),
    model: clock => {
      const model = scriptedModel({ clock, ...script })
      calls = model.calls
      return model.ask
    },
  })
  const { log, clock } = pipeline
  let offset = 0
  const append = ({ atMs = clock.now(), ...facts }: Omit<WorkFacts, 'offset'>) => {
    const { key, value } = workRecord({ ...facts, offset: offset++ })
    log.append(WORK, { key, value, partition: 0, timestampMs: atMs })
  }
  const pass = (ms: number) => {
    clock.advanceTo(clock.now() + ms)
  }
  const decided = () =>
    log
      .records('llmtrigger.decisions')
      .map(({ value }) => decisionSchema.parse(JSON.parse(String(value))))
      .map(({ rule_id, key, closed_by, outcome, events }) => {
        return {
          rule: rule_id,
          key,
          closedBy: closed_by,
          outcome,
          ids: events.map(({ event_id }) => event_id),
        }
      })
  const committed = () => log.committed('g.decide', WORK, 0).offset
  return { ...pipeline, append, pass, decided, committed, calls: () => calls, startMs: START_MS }
}

function ruleOf(id: string, mode: unknown) {
  const llm_config = { description: 'x', ...(typeof mode === 'object' ? mode : {}) }
  return { rule_id: id, name: id, event_types: ['type'], rule_config: { rule_type: 'llm', llm_config } }
}
