import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ruleJsonSchema } from '../../../pipeline/rule-files/rule-json-schema.ts'
import { jsonSchemaValidator } from '../../support/json-schema-validator.ts'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const root = new URL('../../../', import.meta.url)
const faultsOf = jsonSchemaValidator()(ruleJsonSchema())

function textOf(path: string): string {
  return readFileSync(new URL(path, root), 'utf8')
}

const examples = readdirSync(new URL('examples/rules/', root), { recursive: true })
  .map(String)
  .filter(name => /\.ya?ml$/.test(name))
  .flatMap(name =>
    parseAllDocuments(textOf(`examples/rules/${name}`)).map(document => [name, document.toJS()]),
  )

test.each(examples)('the rule of examples/rules/%s fits it', (_, rule) => {
  expect(faultsOf(rule)).toEqual([])
})

const right = {
  rule_id: 'r',
  name: 'r',
  event_types: ['trade.*'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
}

test.each([
  ['a key that is unknown', { ...right, colour: 'red' }],
  ['a key that is missing', { ...right, name: undefined }],
  ['a wrong type', { ...right, priority: 'high' }],
  ['a value out of range', { ...right, priority: 1001 }],
  [
    'a section that is missing',
    { ...right, rule_config: { rule_type: 'hybrid', pre_filter: { expression: 'a' } } },
  ],
  [
    'a section too many',
    { ...right, rule_config: { ...right.rule_config, llm_config: { description: 'x' } } },
  ],
])('%s does not fit', (_, rule) => {
  expect(faultsOf(right)).toEqual([])
  expect(faultsOf(JSON.parse(JSON.stringify(rule)))).not.toEqual([])
})

test('says of each key of a rule what it is for', () => {
  const { properties } = ruleJsonSchema()
  const silent = Object.entries(Object(properties)).filter(([, property]) => !Object(property).description)
  expect(silent.map(([name]) => name)).toEqual([])
})

test('is what rules schema prints, and what docs/rule.schema.json has', async () => {
  const { code, stdout } = await runCommand(['rules', 'schema'], { directory: temporaryFolder() })
  expect([code, JSON.parse(stdout)]).toEqual([0, ruleJsonSchema()])
  const outOfDate = 'docs/rule.schema.json is out of date; write it anew with: npm run rule-schema'
  expect(JSON.parse(textOf('docs/rule.schema.json')), outOfDate).toEqual(ruleJsonSchema())
})
