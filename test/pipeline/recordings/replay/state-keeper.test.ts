import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { StateKeeper, type StateKeeperOptions } from '../../../../pipeline/recordings/replay/state-keeper.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const target = { topic: 'signals', target: 'copy', partitions: 2, keepsPartitions: true, records: 9 }

function optionsIn(folder: string): StateKeeperOptions {
  const file = join(folder, 'r.ndjson')
  return { file, path: `${file}.replay.json`, selection: {}, skipBad: false, targets: [target] }
}

function started(): { options: StateKeeperOptions; keeper: StateKeeper } {
  const options = optionsIn(temporaryFolder({ 'r.ndjson': 'records' }))
  const keeper = new StateKeeper(options)
  expect(keeper.begin(false)).toBeNull()
  return { options, keeper }
}

describe('StateKeeper', () => {
  test('lets another replay go on with what was acknowledged, in each partition', () => {
    const { options, keeper } = started()
    keeper.acknowledged.add([4, 7].map(index => ({ target: 'copy', partition: 1, index })))
    keeper.keep(true)
    const next = new StateKeeper(options)
    expect(next.begin(true)).toBeNull()
    expect(next.acknowledged.records).toBe(2)
    const has = (partition: number, index: number) =>
      next.acknowledged.has({ target: 'copy', partition, index })
    expect([has(1, 4), has(1, 7), has(1, 8), has(0, 0)]).toEqual([true, true, false, false])
  })

  test('says that records may come twice where the last replay was killed', () => {
    const { options, keeper } = started()
    keeper.acknowledged.add([{ target: 'copy', partition: 1, index: 3 }])
    keeper.keep(false)
    expect(new StateKeeper(options).begin(true)).toContain('may come twice')
  })

  test('refuses to begin where another one was stopped, and to resume where none was', () => {
    const { options, keeper } = started()
    keeper.acknowledged.add([{ target: 'copy', partition: 1, index: 3 }])
    keeper.keep(true)
    expect(() => new StateKeeper(options).begin(false)).toThrow(
      /a replay was stopped after 1 records.*--resume/,
    )
    keeper.end()
    expect(existsSync(options.path)).toBe(false)
    expect(() => new StateKeeper(options).begin(true)).toThrow('nothing to resume: there is no')
  })

  test.each<[string, (options: StateKeeperOptions) => StateKeeperOptions, string]>([
    [
      'of a changed recording',
      options => {
        appendFileSync(options.file, 'more')
        return options
      },
      'the recording has changed',
    ],
    [
      'of another recording',
      options => {
        writeFileSync(options.file, 'reCords')
        return options
      },
      'the recording has changed',
    ],
    [
      'of another part',
      options => ({ ...options, selection: { fromMs: 1 } }),
      'it had {"topics":null,"from":null',
    ],
    ['of other lines', options => ({ ...options, skipBad: true }), '"skip_bad":false}, and not'],
    [
      'to other targets',
      options => ({ ...options, targets: [{ ...target, keepsPartitions: false }] }),
      'it went signals to copy, partitions kept, and not signals to copy, by key to 2 partitions',
    ],
  ])('does not go on with a replay %s', (_, change, problem) => {
    const { options } = started()
    expect(() => new StateKeeper(change(options)).begin(true)).toThrow(problem)
  })

  test('says what is wrong with a state that is none, and with a place that cannot be written', () => {
    const { options } = started()
    writeFileSync(options.path, '{}')
    expect(() => new StateKeeper(options).begin(true)).toThrow(
      'is no state of a replay: delete it to begin anew',
    )
    const path = join(temporaryFolder(), 'none', 'state.json')
    expect(() => new StateKeeper({ ...options, path }).begin(false)).toThrow('cannot be written (ENOENT)')
  })

  test('writes nothing where nothing was acknowledged since', () => {
    const { options, keeper } = started()
    const before = readFileSync(options.path, 'utf8')
    writeFileSync(options.path, 'marked')
    keeper.keep(false)
    expect(readFileSync(options.path, 'utf8')).toBe('marked')
    expect(before).toContain('"is_exact": false')
  })
})
