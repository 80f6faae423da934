import { expect, test } from 'vitest'
import { type CountedInput, inputCalibration } from '../../../operators/gateway/input-calibration.ts'

function calibrated(inputs: readonly CountedInput[]) {
  const calibration = inputCalibration({ modelsMax: 10 })
  for (const input of inputs) calibration.answered('fast', input)
  return calibration.estimate('fast', 1000)
}

function times(count: number, input: CountedInput): readonly CountedInput[] {
  return Array.from({ length: count }, () => input)
}

test.each<[string, readonly CountedInput[], number]>([
  ['no answers', [], 1000],
  ['19 answers', times(19, { estimated: 1000, actual: 600 }), 1000],
  ['20 answers', times(20, { estimated: 1000, actual: 600 }), 600],
  ['answers far below', times(20, { estimated: 1000, actual: 10 }), 250],
  ['answers far above', times(20, { estimated: 1000, actual: 9000 }), 2000],
  ['answers without a count', times(20, { estimated: 1000, actual: 0 }), 1000],
  ['prompts without an estimate', times(20, { estimated: 0, actual: 100 }), 1000],
])('estimates by %s', (_name, inputs, expected) => {
  expect(calibrated(inputs)).toBe(expected)
})

test('follows a change within some dozens of answers', () => {
  const before = times(100, { estimated: 1000, actual: 600 })
  const after = (count: number) => calibrated([...before, ...times(count, { estimated: 1000, actual: 800 })])
  expect(after(1)).toBe(610)
  expect(after(60)).toBeGreaterThan(790)
})

test('gives each prompt the weight of its size', () => {
  const small = { estimated: 100, actual: 40 }
  const large = { estimated: 10_000, actual: 8000 }
  const mixed = Array.from({ length: 400 }, (_, index) => (index % 10 === 0 ? large : small))
  const calibration = inputCalibration({ modelsMax: 10 })
  let estimated = 0
  let actual = 0
  for (const input of mixed) {
    calibration.answered('fast', input)
    estimated += calibration.estimate('fast', input.estimated)
    actual += input.actual
  }
  expect(estimated / actual).toBeGreaterThan(0.95)
  expect(estimated / actual).toBeLessThan(1.1)
})

test('knows each model by its own answers, and forgets the one that answered longest ago', () => {
  const calibration = inputCalibration({ modelsMax: 2 })
  const answered = (model: string) => {
    for (const input of times(20, { estimated: 1000, actual: 500 })) calibration.answered(model, input)
  }
  for (const model of ['a', 'b', 'a']) answered(model)
  expect(['a', 'b', 'c'].map(model => calibration.estimate(model, 1000))).toEqual([500, 500, 1000])
  answered('c')
  expect(['a', 'b', 'c'].map(model => calibration.estimate(model, 1000))).toEqual([500, 1000, 500])
})
