import fc from 'fast-check'
import { expect, test } from 'vitest'
import { partitionOf } from '../../operators/lanes/partition-of.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { type Work, workSchema } from '../../schemas/work.ts'
import {
  type MemoryPipeline,
  memoryPipeline,
  type MemoryPipelineOptions,
} from '../support/memory-pipeline.ts'
import { type ModelCall, type ScriptedAnswer, scriptedModel } from '../support/scripted-model.ts'

const WORK = 'llmtrigger.work'
const LANES = [0, 1, 2, 3]

const rules = [
  rule('batch', {
    rule_type: 'llm',
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 5 },
  }),
  rule('interval', {
    rule_type: 'llm',
    llm_config: { description: 'x', trigger_mode: 'interval', interval_seconds: 7 },
  }),
  rule('realtime', {
    rule_type: 'hybrid',
    pre_filter: { expression: 'volume > 5' },
    llm_config: { description: 'x' },
  }),
  rule('traditional', { rule_type: 'traditional', pre_filter: { expression: 'volume > 2' } }),
]

function rule(ruleId: string, ruleConfig: unknown) {
  return { rule_id: ruleId, name: ruleId, event_types: ['trade'], rule_config: ruleConfig }
}

/** What happens next: an event, time that passes, a crash after which the lanes are opened again, or a second owner. */
type Step =
  | { readonly kind: 'event'; readonly id: number; readonly key: number; readonly volume: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'crash'; readonly downMs: number }
  | { readonly kind: 'again'; readonly togetherMs: number }

const event = fc.record({
  kind: fc.constant('event' as const),
  // Few ids, so that some come again.
  id: fc.integer({ min: 0, max: 25 }),
  key: fc.integer({ min: 0, max: 3 }),
  volume: fc.integer({ min: 0, max: 9 }),
})
const wait = fc.record({
  kind: fc.constant('wait' as const),
  ms: fc.constantFrom(0, 1, 40, 300, 1000, 2500, 5000, 12_000),
})
const crash = fc.record({
  kind: fc.constant('crash' as const),
  downMs: fc.constantFrom(0, 0, 70, 3000, 20_000),
})
const again = fc.record({
  kind: fc.constant('again' as const),
  togetherMs: fc.constantFrom(0, 20, 1000, 6000),
})

const undisturbed = fc.array(fc.oneof({ weight: 5, arbitrary: event }, { weight: 3, arbitrary: wait }), {
  maxLength: 50,
})
const disturbed = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: event },
    { weight: 3, arbitrary: wait },
    { weight: 2, arbitrary: crash },
    { weight: 1, arbitrary: again },
  ),
  { maxLength: 50 },
)
/** The bounds of a lane, and how long the model takes. */
interface Settings {
  readonly bounds: NonNullable<MemoryPipelineOptions['bounds']>
  readonly latencyMs: number
}

const bounds = fc.record({
  events_max: fc.constantFrom(2, 5, 50_000),
  windows_max: fc.constantFrom(1, 3, 20_000),
  judging_max: fc.constantFrom(1, 3, 256),
  judging_per_key_max: fc.constantFrom(1, 2, 8),
  decided_ahead_max: fc.constantFrom(1, 4, 100_000),
})
const settings = fc.record({ bounds, latencyMs: fc.constantFrom(0, 30, 4000) })

/** The same answer to the same question, of every kind. */
function answer({ events }: ModelCall): ScriptedAnswer {
  const sum = events.reduce((total, { data }) => total + Number(data['volume']), 0)
  switch (sum % 6) {
    case 0:
      return { should_trigger: false, confidence: 0.8 }
    case 1:
      return 'prose'
    case 2:
      return new PipelineError('model_refused', 'refused')
    case 3:
      return { should_trigger: true, confidence: 0.5 }
    default:
      return { should_trigger: true, confidence: 0.9, reason: `sum ${sum}` }
  }
}

function play(
  steps: readonly Step[],
  { bounds: maxima, latencyMs }: Settings,
  check: (pipeline: MemoryPipeline) => void,
) {
  const pipeline = memoryPipeline({
    rules,
    bounds: maxima,
    model: clock => scriptedModel({ clock, latencyMs, answer }).ask,
  })
  const { clock } = pipeline
  let running = pipeline.start()
  const pass = (ms: number) => {
    clock.advanceTo(clock.now() + ms)
  }
  for (const step of steps) {
    if (step.kind === 'event') {
      const data = { volume: step.volume }
      pipeline.send({ event_id: `e-${step.id}`, event_type: 'trade', context_key: `key-${step.key}`, data })
    } else if (step.kind === 'wait') pass(step.ms)
    else if (step.kind === 'again') {
      // A new owner while the old one still runs and believes itself the owner: each fences the other.
      const old = running
      running = pipeline.start()
      pass(step.togetherMs)
      old.unsubscribe()
    } else {
      running.unsubscribe()
      pass(step.downMs)
      running = pipeline.start()
    }
    check(pipeline)
  }
  pass(3_600_000)
  check(pipeline)
  running.unsubscribe()
  return pipeline
}

function bytesOf({ log }: MemoryPipeline, topic: string): string[] {
  return log
    .records(`llmtrigger.${topic}`)
    .map(({ offset, key, value }) => `${offset} ${String(key)} ${String(value)}`)
}

function workOf({
  log,
}: MemoryPipeline): { readonly work: Work; readonly offset: number; readonly lane: number }[] {
  return log.records(WORK).map(({ offset, value }) => {
    const work = workSchema.parse(JSON.parse(String(value)))
    const lane = partitionOf(`${work.rule_id}|${work.key}`, {
      partitions: 2,
      traditional: work.rule_type === 'traditional',
    })
    return { work, offset, lane }
  })
}

function committedOffset({ log }: MemoryPipeline, lane: number): number {
  return Math.max(0, log.committed('g.decide', WORK, lane).offset)
}

/** Names of the work that decisions have finished, each as often as it is named. */
function finishedOf(pipeline: MemoryPipeline) {
  return pipeline
    .decisions()
    .flatMap(({ events, repeats }) => [...events, ...repeats].map(({ work_id }) => work_id))
}

/** I1: the committed offset of a lane is at or below its lowest work that is in no decision and repeats none. */
function expectNothingPassed(pipeline: MemoryPipeline): void {
  const finished = new Set(finishedOf(pipeline))
  const judged = new Set(
    pipeline
      .decisions()
      .flatMap(({ rule_id, key, events }) => events.map(({ event_id }) => `${rule_id} ${key} ${event_id}`)),
  )
  for (const { work, offset, lane } of workOf(pipeline)) {
    if (offset >= committedOffset(pipeline, lane) || finished.has(work.work_id)) continue
    // A repeat at the watermark is passed without a decision of its own.
    expect(judged, `work ${offset} of lane ${lane} was passed`).toContain(
      `${work.rule_id} ${work.key} ${work.event.event_id}`,
    )
  }
}

test('makes the same decisions and alerts of the same recording, byte for byte', () => {
  fc.assert(
    fc.property(undisturbed, settings, (steps, given) => {
      const [first, second] = [play(steps, given, () => undefined), play(steps, given, () => undefined)]
      for (const topic of ['work', 'decisions', 'alerts', 'dead-letter']) {
        expect(bytesOf(second, topic)).toEqual(bytesOf(first, topic))
      }
    }),
    { numRuns: 25 },
  )
})

test('decides every work record once through crashes and new owners, and passes none that is undecided', () => {
  fc.assert(
    fc.property(disturbed, settings, (steps, given) => {
      const pipeline = play(steps, given, expectNothingPassed)
      const finished = finishedOf(pipeline)
      expect(new Set(finished).size).toBe(finished.length)
      const decided = pipeline.decisions()
      const triggered = decided
        .filter(({ outcome }) => outcome === 'triggered')
        .map(({ decision_id }) => decision_id)
      expect(
        pipeline
          .alerts()
          .map(({ alert_id }) => alert_id)
          .toSorted(),
      ).toEqual(triggered.toSorted())
      // Everything is finished in the end: each lane has come to the end of its work.
      const ends = LANES.map(lane =>
        Math.max(
          0,
          ...workOf(pipeline)
            .filter(work => work.lane === lane)
            .map(({ offset }) => offset + 1),
        ),
      )
      expect(LANES.map(lane => committedOffset(pipeline, lane))).toEqual(ends)
      const undecided = decided
        .filter(({ outcome }) => outcome === 'undecided')
        .flatMap(({ events }) => events)
      expect(pipeline.deadLetters()).toHaveLength(undecided.length)
    }),
    { numRuns: 40 },
  )
})

test('makes the same decisions with crashes as without, where nothing was in flight and no bound reached', () => {
  const given = { bounds: {}, latencyMs: 0 }
  const stable = (pipeline: MemoryPipeline) =>
    pipeline
      .decisions()
      .map(({ decision_id, closed_at, closed_by, outcome }) =>
        [decision_id, closed_at, closed_by, outcome].join(' '),
      )
      .toSorted()
  fc.assert(
    fc.property(disturbed, steps => {
      const calm = steps.flatMap((step): Step[] => {
        if (step.kind === 'crash') return [{ kind: 'wait', ms: step.downMs }]
        return step.kind === 'again' ? [{ kind: 'wait', ms: step.togetherMs }] : [step]
      })
      expect(stable(play(steps, given, () => undefined))).toEqual(stable(play(calm, given, () => undefined)))
    }),
    { numRuns: 25 },
  )
})
