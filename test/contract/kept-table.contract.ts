import { lastValueFrom } from 'rxjs'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { KeptTable, TableChange, TableOptions } from '../../operators/keeping/kept-table.ts'

export interface TableBench {
  /** The table as one more process sees it. */
  open(options: TableOptions): KeptTable
  /** A record as another program may write it. */
  append(key: string, value: string | null): Promise<void>
}

const WAIT = { timeout: 20_000, interval: 20 }
const KEYS_MAX = 3
const VALUE_BYTES_MAX = 100

/** What every adapter of the table port shows. Each test has a table of its own. */
export function describeKeptTable(name: string, setUp: () => Promise<TableBench>): void {
  const openOn = (bench: TableBench) => {
    const faults: string[] = []
    const changes: TableChange[] = []
    const held = new Map<string, unknown>()
    const table = bench.open({
      keysMax: KEYS_MAX,
      valueBytesMax: VALUE_BYTES_MAX,
      onFault: (key, reason) => faults.push(`${key}: ${reason}`),
    })
    const subscription = table.changes$.subscribe(change => {
      changes.push(change)
      if (change.kind === 'entry' && change.value === null) held.delete(change.key)
      if (change.kind === 'entry' && change.value !== null) held.set(change.key, change.value)
    })
    onTestFinished(() => {
      subscription.unsubscribe()
    })
    const done = (write$: ReturnType<KeptTable['remove']>) => lastValueFrom(write$, { defaultValue: null })
    return {
      faults,
      changes,
      held: () => Object.fromEntries(held),
      current: () => vi.waitFor(() => expect(changes).toContainEqual({ kind: 'current' }), WAIT),
      put: (key: string, value: object) => done(table.put(key, value)),
      remove: (key: string) => done(table.remove(key)),
      close: () => {
        subscription.unsubscribe()
      },
    }
  }
  const sees = (one: { held: () => unknown }, entries: object) =>
    vi.waitFor(() => expect(one.held()).toEqual(entries), WAIT)

  describe(`a table of ${name}`, () => {
    test('is current at once where it is empty', async () => {
      const one = openOn(await setUp())
      await one.current()
      expect(one.changes).toEqual([{ kind: 'current' }])
    })

    test('has what was put in it when that is done, and so has whoever else follows it', async () => {
      const bench = await setUp()
      const [one, other] = [openOn(bench), openOn(bench)]
      await Promise.all([one.current(), other.current()])
      await one.put('a', { n: 1 })
      expect(one.held()).toEqual({ a: { n: 1 } })
      await other.put('a', { n: 2 })
      expect(other.held()).toEqual({ a: { n: 2 } })
      await sees(one, { a: { n: 2 } })
      await one.remove('a')
      expect(one.held()).toEqual({})
      await sees(other, {})
      expect(one.changes).toEqual(other.changes)
    })

    test('brings whoever opens it later all that it holds, and then says so', async () => {
      const bench = await setUp()
      const one = openOn(bench)
      await one.current()
      for (const n of [1, 2, 3]) await one.put('a', { n })
      await one.put('b', {})
      await one.put('c', {})
      await one.remove('b')
      one.close()
      const later = openOn(bench)
      await later.current()
      expect(later.held()).toEqual({ a: { n: 3 }, c: {} })
      expect(later.changes.at(-1)).toEqual({ kind: 'current' })
    })

    test('keeps the order of many writes at once', async () => {
      const bench = await setUp()
      const [one, other] = [openOn(bench), openOn(bench)]
      await Promise.all([one.current(), other.current()])
      const numbers = Array.from({ length: 30 }, (_, n) => n)
      await Promise.all(numbers.map(n => (n % 2 === 0 ? one : other).put('a', { n })))
      await vi.waitFor(() => expect(other.changes).toHaveLength(31), WAIT)
      await vi.waitFor(() => expect(one.changes).toEqual(other.changes), WAIT)
    })

    test('passes over what is no JSON, and the entry stays', async () => {
      const bench = await setUp()
      const one = openOn(bench)
      await one.current()
      await one.put('a', { n: 1 })
      await bench.append('a', '{"n": 2')
      await bench.append('b', '{"n": 3}')
      await sees(one, { a: { n: 1 }, b: { n: 3 } })
      expect(one.faults).toEqual(['a: the value is not JSON'])
    })

    test('takes so many keys and no more, until one is gone', async () => {
      const bench = await setUp()
      const one = openOn(bench)
      await one.current()
      for (const key of ['a', 'b', 'c']) await one.put(key, {})
      await expect(one.put('d', {})).rejects.toMatchObject({ code: 'table_full' })
      await one.put('c', { n: 1 })
      await bench.append('d', '{}')
      await bench.append('a', '{"n": 1}')
      await sees(one, { a: { n: 1 }, b: {}, c: { n: 1 } })
      expect(one.faults).toEqual([expect.stringMatching(/^d: .*3 keys/)])
      await one.remove('b')
      await one.put('d', { n: 2 })
      expect(one.held()).toEqual({ a: { n: 1 }, c: { n: 1 }, d: { n: 2 } })
    })

    test('takes values up to their size and no more', async () => {
      const bench = await setUp()
      const one = openOn(bench)
      await one.current()
      const longest = { t: 'x'.repeat(VALUE_BYTES_MAX - '{"t":""}'.length) }
      await one.put('a', longest)
      const longer = { t: `${longest.t}x` }
      await expect(one.put('a', longer)).rejects.toMatchObject({ code: 'record_too_large' })
      await bench.append('a', JSON.stringify(longer))
      await bench.append('b', '{}')
      await sees(one, { a: longest, b: {} })
      expect(one.faults).toEqual([expect.stringMatching(/^a: .*100 bytes/)])
    })

    test('is written to by nobody who does not follow it', async () => {
      const one = openOn(await setUp())
      await one.current()
      one.close()
      await expect(one.put('a', {})).rejects.toMatchObject({ code: 'table_unavailable' })
    })
  })
}
