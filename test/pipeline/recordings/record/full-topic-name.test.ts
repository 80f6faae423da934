import { expect, test } from 'vitest'
import { fullTopicName } from '../../../../pipeline/recordings/record/full-topic-name.ts'

const existing = new Set(['signals', 'alerts', 'app.work', 'app.alerts'])
const of = (name: string) => fullTopicName(name, 'app.', existing)

test('takes a topic of exactly that name, else the one of the pipeline', () => {
  expect(['signals', 'work', 'app.work', 'alerts', 'app.alerts'].map(of)).toEqual([
    'signals',
    'app.work',
    'app.work',
    'alerts',
    'app.alerts',
  ])
})

test('says what is missing, and what may be meant', () => {
  expect(() => of('decisions')).toThrow('topic app.decisions does not exist')
  expect(() => of('signal')).toThrow('topic signal does not exist; did you mean signals?')
  expect(() => of('__proto__')).toThrow('topic __proto__ does not exist')
})
