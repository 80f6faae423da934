import { expect, test } from 'vitest'
import { memoryPipeline } from '../support/memory-pipeline.ts'
import { scriptedModel } from '../support/scripted-model.ts'

const DECISIONS = 'llmtrigger.decisions'
const rule = {
  rule_id: 'plain',
  name: 'plain',
  event_types: ['trade'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'x' } },
}
const run = () => memoryPipeline({ rules: [rule], model: clock => scriptedModel({ clock }).ask })
const trade = (id: string) => ({ event_id: id, event_type: 'trade', context_key: 'BTC' })

test('decisions over a topic that was deleted and made again swallow none of the new work', () => {
  const before = run()
  before.start()
  before.send(trade('old'))
  const [decision] = before.decisions()
  expect(decision?.events.map(({ work_offset }) => work_offset)).toEqual(['0'])

  const after = run()
  after.log.append(DECISIONS, {
    key: 'k',
    value: JSON.stringify(decision),
    partition: decision?.work_partition ?? -1,
  })
  after.clock.advanceTo(after.clock.now() + 60_000)
  after.start()
  after.send(trade('new'))
  expect(after.decisions().at(-1)).toMatchObject({ events: [{ event_id: 'new', work_offset: '0' }] })
})
