import type { Observable } from 'rxjs'
import type { TestScheduler } from 'rxjs/testing'
import { expect, test } from 'vitest'
import { answerCache, type KeptAnswer } from '../../../../operators/gateway/answers/answer-cache.ts'
import {
  type AnswerOnce,
  answerOnce,
  type GivenAnswer,
  type Question,
} from '../../../../operators/gateway/answers/answer-once.ts'
import { shareCalls } from '../../../../operators/gateway/answers/share-calls.ts'
import { virtualTime } from '../../../support/virtual-time.ts'

const TTL_MS = 100
const a: KeptAnswer = {
  model: 'fast',
  text: '{"should_trigger":true,"confidence":0.9,"reason":"spree"}',
  finish: 'stop',
  tokens: { input: 100, output: 20 },
}
const missed = { m: { answer: a, cache: 'miss' } satisfies GivenAnswer }
const found = { h: { answer: a, cache: 'hit' } satisfies GivenAnswer }
const joined = { s: { answer: a, cache: 'shared' } satisfies GivenAnswer }

function onceOn(scheduler: TestScheduler): AnswerOnce {
  const cache = answerCache({ bytesMax: 1_000_000, clock: scheduler, random: () => 0.5 })
  return answerOnce({ cache, calls: shareCalls({ callsMax: 10 }) })
}

function question(given: Partial<Question> = {}): Question {
  return { hash: () => 'x', ttlMs: TTL_MS, bypass: false, isSent: () => true, ...given }
}

test('answers the same question once: by its call, by the one in flight, and then from the cache', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const call$ = cold('       ---(a|)', { a })
    const asked$ = once.answer(question(), call$)
    expectObservable(asked$, ' ^      ').toBe('---(m|)', missed)
    expectObservable(asked$, ' --^    ').toBe('---(s|)', joined)
    expectObservable(asked$, ' -----^ ').toBe('-----(h|)', found)
    expectSubscriptions(call$.subscriptions).toBe('^--!')
    flush()
    expect(once.statistics).toMatchObject({ hits: 1, misses: 1, shared: 1, entries: 1, expired: 0 })
  })
})

test('asks again when the answer is too old for this rule', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const call$ = cold('                               (a|)', { a })
    const patient$ = once.answer(question(), call$)
    const hasty$ = once.answer(question({ ttlMs: 50 }), call$)
    expectObservable(patient$, '^         ').toBe('   (m|)', missed)
    expectObservable(hasty$, '  49ms ^    ').toBe('49ms (h|)', found)
    expectObservable(hasty$, '  50ms ^    ').toBe('50ms (m|)', missed)
    expectObservable(patient$, '149ms ^   ').toBe('149ms (h|)', found)
    expectObservable(patient$, '150ms ^   ').toBe('150ms (m|)', missed)
    expectSubscriptions(call$.subscriptions).toBe(['(^!)', '50ms (^!)', '150ms (^!)'])
    flush()
    expect(once.statistics).toMatchObject({ hits: 2, misses: 3, expired: 2 })
  })
})

test('keeps and reads nothing with a time to live of 0, and still shares what is in flight', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const call$ = cold('       ---(a|)', { a })
    const asked$ = once.answer(question({ ttlMs: 0 }), call$)
    expectObservable(asked$, ' ^      ').toBe('---(m|)', missed)
    expectObservable(asked$, ' --^    ').toBe('---(s|)', joined)
    expectObservable(asked$, ' -----^ ').toBe('--------(m|)', missed)
    expectSubscriptions(call$.subscriptions).toBe(['^--!', '-----^--!'])
    flush()
    expect(once.statistics).toMatchObject({ hits: 0, misses: 0, shared: 1, entries: 0 })
  })
})

test('reads nothing with a time to live of 0 of what another rule keeps', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, flush }) => {
    const call$ = cold('(a|)', { a })
    expectObservable(once.answer(question(), call$)).toBe('(m|)', missed)
    expectObservable(once.answer(question({ ttlMs: 0 }), call$), '-^').toBe('-(m|)', missed)
    flush()
    expect(once.statistics).toMatchObject({ misses: 1, entries: 1, expired: 0 })
  })
})

test('gives a question that passes by a call of its own, and lets what is kept be', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, expectSubscriptions, flush }) => {
    const other = { ...a, text: a.text.replace('true', 'false') }
    const call$ = cold('        ---(a|)', { a })
    const second$ = cold('      ---(b|)', { b: other })
    const hash = () => {
      throw new Error('no hash is needed')
    }
    const passing$ = once.answer(question({ bypass: true, hash }), second$)
    const asked$ = once.answer(question(), call$)
    const changed = { o: { answer: other, cache: 'miss' } }
    expectObservable(asked$, '  ^    ').toBe('---(m|)', missed)
    expectObservable(passing$, '-^   ').toBe('----(o|)', changed)
    expectObservable(passing$, '-----^').toBe('--------(o|)', changed)
    expectObservable(asked$, '  9ms ^').toBe('9ms (h|)', found)
    expectSubscriptions(second$.subscriptions).toBe(['-^--!', '-----^--!'])
    flush()
    expect(once.statistics).toMatchObject({ hits: 1, misses: 1, shared: 0, entries: 1 })
  })
})

test('keeps an answer that comes when its lane is lost', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
    const call$ = cold('       -----(a|)', { a })
    const asked$ = once.answer(question(), call$)
    expectObservable(asked$, ' ^-!      ').toBe('-')
    expectObservable(asked$, ' ------^  ').toBe('------(h|)', found)
    expectSubscriptions(call$.subscriptions).toBe('^----!')
  })
})

test.each<[string, Partial<Question>]>([
  ['that has not been sent', { isSent: () => false }],
  ['whose answer would not be kept', { ttlMs: 0 }],
])('aborts a call %s when its lane is lost', (_name, given) => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
    const call$ = cold('       -----(a|)', { a })
    expectObservable(once.answer(question(given), call$), '^-!').toBe('-')
    expectSubscriptions(call$.subscriptions).toBe('^-!')
  })
})

test.each<[string, Partial<KeptAnswer>]>([
  ['cut', { finish: 'length' }],
  ['refused', { finish: 'refusal' }],
  ['no verdict', { text: 'I think so' }],
  ['out of range', { text: a.text.replace('0.9', '90') }],
])('does not keep an answer that is %s', (_name, broken) => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, flush }) => {
    const answer = { ...a, ...broken }
    const asked$: Observable<GivenAnswer> = once.answer(question(), cold('--(a|)', { a: answer }))
    const given = { m: { answer, cache: 'miss' }, s: { answer, cache: 'shared' } }
    expectObservable(asked$, '^  ').toBe('--(m|)', given)
    expectObservable(asked$, '-^ ').toBe('--(s|)', given)
    expectObservable(asked$, '---^').toBe('-----(m|)', given)
    flush()
    expect(once.statistics).toMatchObject({ entries: 0, misses: 2, shared: 1 })
  })
})

test('fails for all that share the call, and keeps no failure', () => {
  const scheduler = virtualTime()
  const once = onceOn(scheduler)
  scheduler.run(({ cold, expectObservable, flush }) => {
    const failing$ = once.answer(question(), cold('--#', { a }))
    expectObservable(failing$, '^').toBe('--#')
    expectObservable(failing$, '-^').toBe('--#')
    expectObservable(once.answer(question(), cold('--(a|)', { a })), '---^').toBe('-----(m|)', missed)
    flush()
    expect(once.statistics).toMatchObject({ hits: 0, misses: 1, shared: 0 })
  })
})
