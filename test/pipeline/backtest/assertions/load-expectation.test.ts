import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadExpectation } from '../../../../pipeline/backtest/assertions/load-expectation.ts'
import { renderProblem } from '../../../../pipeline/documents/render-problem.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

function load(text: string, ruleIds: readonly string[] = ['price-crash']) {
  const folder = temporaryFolder({ 'expect.yaml': text })
  const loaded = loadExpectation(join(folder, 'expect.yaml'), ruleIds)
  return loaded.ok
    ? loaded.expectation
    : loaded.problems.map(problem => renderProblem(problem).replace(folder, ''))
}

test('reads YAML and JSON', () => {
  expect(load('alerts: 3')).toEqual({ alerts: { min: 3, max: 3 } })
  expect(load('{"rules": {"price-crash": {"alerts": 1}}}')).toMatchObject({
    rules: { 'price-crash': { alerts: { min: 1 } } },
  })
})

test('names rules that do not run, and what is meant', () => {
  const text = `rules: { price-crsh: { alerts: 1 } }
alerts_at: [{ rule_id: other, key: a, at: 2026-11-20T10:00:00Z }]`
  expect(load(text)).toEqual([
    '/expect.yaml:1:22: rules.price-crsh: no rule that runs has the id price-crsh; did you mean price-crash?',
    '/expect.yaml:2:24: alerts_at.0.rule_id: no rule that runs has the id other',
  ])
})

test('says what is wrong with the file', () => {
  expect(load('alerts: [')).toEqual([expect.stringContaining('/expect.yaml:1:')])
  expect(load('alerts: 1\n---\nalerts: 2')).toEqual(['/expect.yaml: must hold one document'])
  expect(load('')).toEqual(['/expect.yaml: must hold one document'])
  expect(load('alert: 1')).toContain('/expect.yaml:1:1: alert: is unknown; did you mean alerts?')
  expect(loadExpectation('missing.yaml', [])).toMatchObject({
    problems: [{ message: 'there is no such file' }],
  })
})
