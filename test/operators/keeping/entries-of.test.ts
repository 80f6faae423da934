import { concat, of, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { entriesOf } from '../../../operators/keeping/entries-of.ts'
import type { TableChange } from '../../../operators/keeping/kept-table.ts'

const schema = z.strictObject({ n: z.number() })

function entry(key: string, value: unknown): TableChange {
  return { kind: 'entry', key, value }
}

test('passes the entries of its kind under their own names, and neither others nor marks', () => {
  const seen: unknown[] = []
  of<TableChange[]>(
    entry('x/a', { n: 1 }),
    entry('y/x/a', { n: 2 }),
    { kind: 'current' },
    entry('x/a', null),
    entry('x/b/c', { n: 3 }),
  )
    .pipe(entriesOf({ prefix: 'x/', schema, onFault: () => expect.fail() }))
    .subscribe(change => seen.push(change))
  expect(seen).toEqual([
    { key: 'a', value: { n: 1 } },
    { key: 'a', value: null },
    { key: 'b/c', value: { n: 3 } },
  ])
})

test('names where a value does not fit, never the value, and goes on', () => {
  const seen: unknown[] = []
  const faults: string[] = []
  of(entry('x/a', { n: 'secret' }), entry('x/b', 'secret'), entry('x/c', { n: 1 }))
    .pipe(entriesOf({ prefix: 'x/', schema, onFault: (...fault) => faults.push(fault.join(': ')) }))
    .subscribe(change => seen.push(change))
  expect(faults).toEqual(['x/a: it does not fit at n', 'x/b: it does not fit at the value'])
  expect(seen).toEqual([{ key: 'c', value: { n: 1 } }])
})

test('passes an error of its source on', () => {
  const failures: unknown[] = []
  concat(
    of(entry('x/a', { n: 1 })),
    throwError(() => new Error('bug')),
  )
    .pipe(entriesOf({ prefix: 'x/', schema, onFault: () => undefined }))
    .subscribe({ error: failure => failures.push(failure) })
  expect(failures).toEqual([new Error('bug')])
})
