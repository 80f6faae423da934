import { expect, test } from 'vitest'
import { workSchema } from '../../schemas/work.ts'
import { memoryPipeline } from '../support/memory-pipeline.ts'
import { scriptedModel } from '../support/scripted-model.ts'

const WORK = 'llmtrigger.work'
const SECOND_MS = 1000
const rule = {
  rule_id: 'plain',
  name: 'plain',
  event_types: ['trade'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'x' } },
}

function run() {
  const pipeline = memoryPipeline({
    rules: [rule],
    bounds: { dedupe_seconds: 10 },
    model: clock => scriptedModel({ clock }).ask,
  })
  const pass = (ms: number) => {
    pipeline.clock.advanceTo(pipeline.clock.now() + ms)
  }
  pipeline.start()
  // The second one moves the cursor behind the decision of the first.
  for (const event_id of ['twice', 'other']) {
    pipeline.send({ event_id, event_type: 'trade', context_key: 'BTC' })
  }
  pass(SECOND_MS)
  pipeline.stop()
  const [decision] = pipeline.decisions()
  const [first] = pipeline.log.records(WORK)
  const work = workSchema.parse(JSON.parse(String(first?.value)))
  /** ROUTE goes on while nobody decides: the same event again, from another offset of its source. */
  const resend = () => {
    const value = JSON.stringify({ ...work, work_id: 'resent' })
    pipeline.log.append(WORK, { key: 'k', value, partition: decision?.work_partition ?? -1 })
  }
  return { ...pipeline, pass, resend }
}

test.each([
  ['judged once within dedupe_seconds', 8 * SECOND_MS, 1],
  ['judged anew after them', 11 * SECOND_MS, 2],
])('an event that comes again while nobody decides for an hour is %s', (_, gapMs, judged) => {
  const { pass, resend, start, decisions } = run()
  pass(gapMs)
  resend()
  pass(3600 * SECOND_MS)
  start()
  pass(2 * SECOND_MS)
  const ids = decisions().flatMap(({ events }) => events.map(({ event_id }) => event_id))
  expect(ids.filter(id => id === 'twice')).toHaveLength(judged)
})
