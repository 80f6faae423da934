import { expect, test } from 'vitest'
import { parseChanges } from '../../../pipeline/models/parse-changes.ts'

test.each([
  [['max_retries=5'], { max_retries: 5 }],
  [['max_retries='], { max_retries: null }],
  [
    ['limits.concurrency=4', 'max_retries=0', 'limits.requests_per_minute=none'],
    { limits: { concurrency: 4, requests_per_minute: 'none' }, max_retries: 0 },
  ],
  [['price.input_usd_per_million=0.15'], { price: { input_usd_per_million: 0.15 } }],
  [['a=1', 'a=2'], { a: 2 }],
  [['a=x=y'], { a: 'x=y' }],
  [['a=1e3'], { a: 1000 }],
  [['a= '], { a: ' ' }],
  [['a=Infinity'], { a: 'Infinity' }],
])('makes of %j a merge patch', (changes, patch) => {
  expect(parseChanges(changes)).toEqual(patch)
})

test.each(['max_retries', '=5', 'a b=5', ''])('takes no %j', change => {
  expect(() => parseChanges([change])).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
