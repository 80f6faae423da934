import { lastValueFrom } from 'rxjs'
import { describe, expect, test, vi } from 'vitest'
import { nextVersion } from '../../operators/rules/next-version.ts'
import type { RuleBookOptions } from '../../operators/rules/rule-book.ts'
import type { RuleStore, RuleWrite } from '../../operators/rules/rule-store.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import { traditionalRule } from '../support/traditional-rule.ts'

export interface RuleStoreBench {
  /** The rules as one more process has them, once it has read what there is; it is closed when the test ends. */
  open(options: Pick<RuleBookOptions, 'rulesMax'>): Promise<RuleStore>
}

interface Draft {
  readonly ruleId: string
  /** Null: it is taken away. */
  readonly more: object | null
}

const WAIT = { timeout: 20_000, interval: 20 }
const RULES_MAX = 4
const authorship = { by: 'api', atMs: Date.parse('2026-11-20T10:00:00Z') } as const

/** What every adapter of the rule store shows. Each test has rules of its own. */
export function describeRuleStore(name: string, setUp: () => Promise<RuleStoreBench>): void {
  const open = (bench: RuleStoreBench) => bench.open({ rulesMax: RULES_MAX })
  const rule = (id: string, more: object = {}, before?: Rule) =>
    nextVersion(traditionalRule(id, more), before, authorship)
  const written = (ruleId: string, more: object = {}) => ({ ruleId, more })
  const gone = (ruleId: string) => ({ ruleId, more: null })
  const change = (store: RuleStore, ...drafts: readonly Draft[]) =>
    lastValueFrom(
      store.change(rules =>
        drafts.map(({ ruleId, more }) => ({ ruleId, rule: more && rule(ruleId, more, rules.get(ruleId)) })),
      ),
    )
  const idsOf = ({ rules }: RuleStore) => [...rules.keys()].toSorted()

  describe(`the rules of ${name}`, () => {
    test('are none at first', async () => {
      const store = await open(await setUp())
      expect(idsOf(store)).toEqual([])
    })

    test('have what was written when that is done, as it was written', async () => {
      const store = await open(await setUp())
      const first = rule('a', { priority: 7 })
      expect(await change(store, written('a', { priority: 7 }), written('b'))).toEqual([
        { ruleId: 'a', rule: first },
        { ruleId: 'b', rule: rule('b') },
      ])
      expect(store.rules.get('a')).toEqual(first)
      await change(store, written('a', { enabled: false }), gone('b'))
      expect([...store.rules.values()]).toEqual([rule('a', { enabled: false }, first)])
    })

    test('are the same for every store, also for one that is opened later', async () => {
      const bench = await setUp()
      const [one, other] = [await open(bench), await open(bench)]
      await change(one, written('a'), written('b'))
      await vi.waitFor(() => expect(other.rules).toEqual(one.rules), WAIT)
      await change(other, written('c'), gone('a'))
      await vi.waitFor(() => expect(idsOf(one)).toEqual(['b', 'c']), WAIT)
      const later = await open(bench)
      expect(later.rules).toEqual(one.rules)
    })

    test('show a change all that was written before it, by whomever', async () => {
      const bench = await setUp()
      const [one, other] = [await open(bench), await open(bench)]
      await change(one, written('a'))
      const seen: string[][] = []
      const look = (rules: ReadonlyMap<string, Rule>): readonly RuleWrite[] => {
        seen.push([...rules.keys()])
        return [{ ruleId: 'b', rule: rule('b') }]
      }
      await lastValueFrom(other.change(look))
      expect(seen.at(-1)).toEqual(['a'])
    })

    test('let each of many changes at once go over the one before', async () => {
      const bench = await setUp()
      const stores = [await open(bench), await open(bench)]
      await Promise.all(stores.flatMap(store => [raise(store), raise(store), raise(store)]))
      await vi.waitFor(() => {
        for (const { rules } of stores) expect(rules.get('a')?.metadata.version).toBe(6)
      }, WAIT)
    })

    test('are as they were after a change that throws, and what it throws is told', async () => {
      const store = await open(await setUp())
      await change(store, written('a'))
      const thrown = new PipelineError('rules_invalid', 'no')
      const throwing = store.change(() => {
        throw thrown
      })
      await expect(lastValueFrom(throwing)).rejects.toBe(thrown)
      expect(idsOf(store)).toEqual(['a'])
      await change(store, written('b'))
      expect(idsOf(store)).toEqual(['a', 'b'])
    })

    test('take so many and no more: a change that has one too many writes nothing', async () => {
      const store = await open(await setUp())
      await change(store, written('a'), written('b'), written('c'))
      const tooMany = change(store, written('a', { priority: 1 }), written('d'), written('e'))
      await expect(tooMany).rejects.toMatchObject({ code: 'table_full' })
      expect(idsOf(store)).toEqual(['a', 'b', 'c'])
      expect(store.rules.get('a')?.priority).toBe(100)
      await change(store, written('d'), written('e'), gone('b'))
      expect(idsOf(store)).toEqual(['a', 'c', 'd', 'e'])
      await change(store, written('a', { priority: 1 }))
      expect(store.rules.get('a')?.priority).toBe(1)
    })

    test('lose nothing by taking away one that is not there, or by a change of nothing', async () => {
      const store = await open(await setUp())
      await change(store, written('a'))
      await change(store, gone('gone'))
      expect(await change(store)).toEqual([])
      expect(idsOf(store)).toEqual(['a'])
    })

    test('are not written before somebody waits for it, and once for each who does', async () => {
      const store = await open(await setUp())
      const change$ = store.change(rules => [
        { ruleId: 'a', rule: nextVersion(rule('a'), rules.get('a'), authorship) },
      ])
      expect(idsOf(store)).toEqual([])
      await lastValueFrom(change$)
      await lastValueFrom(change$)
      expect(store.rules.get('a')?.metadata.version).toBe(2)
    })
  })

  function raise(store: RuleStore) {
    const write = (rules: ReadonlyMap<string, Rule>): readonly RuleWrite[] => [
      { ruleId: 'a', rule: nextVersion(rule('a'), rules.get('a'), authorship) },
    ]
    return lastValueFrom(store.change(write))
  }
}
