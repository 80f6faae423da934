import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { cycleFaults } from './tidy/cycle-faults.ts'
import { exportFaults } from './tidy/export-faults.ts'
import { importFaults } from './tidy/import-faults.ts'
import { layoutFaults } from './tidy/layout-faults.ts'
import { nameFaults } from './tidy/name-faults.ts'
import { readTree } from './tidy/read-tree.ts'
import { sizeFaults } from './tidy/size-faults.ts'
import { sourceFile } from './tidy/source-file.ts'
import { subscribeFaults } from './tidy/subscribe-faults.ts'
import { textFaults } from './tidy/text-faults.ts'
import { unusedFaults } from './tidy/unused-faults.ts'

/** What must subscribe by hand, each with its reason. */
const subscribing = new Map([
  [
    'operators/gateway/admission.ts',
    'one question to the quota for all calls that wait, and not one for each',
  ],
  ['pipeline/openai/worker/model-worker.ts', 'the entry point of a thread'],
])

const tree = readTree(fileURLToPath(new URL('..', import.meta.url)))

describe('the tree', () => {
  test('has its layout', () => {
    expect(layoutFaults(tree.paths)).toEqual([])
  })
  test('imports in one direction', () => {
    expect(importFaults(tree.sources)).toEqual([])
  })
  test('has no import cycles', () => {
    expect(cycleFaults(tree.sources)).toEqual([])
  })
  test('has no long files', () => {
    expect(sizeFaults(tree.sources)).toEqual([])
  })
  test('has no empty names', () => {
    expect(nameFaults(tree.sources)).toEqual([])
  })
  test('exports one thing a file, by the name of the file', () => {
    expect(exportFaults(tree.sources)).toEqual([])
  })
  test('exports nothing that is not used', () => {
    expect(unusedFaults(tree.sources)).toEqual([])
  })
  test('subscribes in the entry points only', () => {
    expect(subscribeFaults(tree.sources, subscribing)).toEqual([])
  })
  test('has no open ends, machine paths or history', () => {
    expect(textFaults(tree.texts)).toEqual([])
  })
})

describe('layoutFaults', () => {
  test('finds an entry that is not of the top level', () => {
    expect(layoutFaults(['scripts/x.ts', 'schemas/event.ts'])).toEqual([expect.stringContaining('scripts: ')])
  })
  test('finds a folder of 21 files and passes one of 20', () => {
    const paths = Array.from({ length: 21 }, (_, index) => `operators/windows/file-${index}.ts`)
    expect(layoutFaults(paths)).toEqual([expect.stringContaining('operators/windows: 21 files')])
    expect(layoutFaults(paths.slice(1))).toEqual([])
  })
  test('finds a test that mirrors no source', () => {
    const paths = [
      'operators/lanes/lane.ts',
      'test/operators/lanes/lane.test.ts',
      'test/operators/lane/x.test.ts',
    ]
    expect(layoutFaults(paths)).toEqual([expect.stringContaining('test/operators/lane/x.test.ts: ')])
  })
})

describe('importFaults', () => {
  test.each([
    ['schemas/a.ts', `import { b } from '../operators/b.ts'`],
    ['operators/a.ts', `import type { B } from '../pipeline/b.ts'`],
    ['operators/a.ts', `export { b } from '../pipeline/b.ts'`],
    ['operators/a.ts', `type B = import('../pipeline/b.ts').B`],
    ['pipeline/a.ts', `const b = await import('../test/b.ts')`],
    ['pipeline/deep/a.ts', `import '../../test/b.ts'`],
  ])('finds that %s must not have: %s', (path, text) => {
    expect(importFaults([sourceFile(path, text)])).toEqual([expect.stringContaining(`${path}: imports`)])
  })
  test('passes packages, own folders and folders below', () => {
    const text = `import { z } from 'zod'\nimport { b } from './b.ts'\nimport { c } from '../schemas/c.ts'`
    expect(importFaults([sourceFile('operators/a.ts', text)])).toEqual([])
  })
})

describe('cycleFaults', () => {
  test('finds a cycle through a type', () => {
    const files = [
      sourceFile('operators/a.ts', `import { b } from './b.ts'`),
      sourceFile('operators/b.ts', `import { c } from './c/c.ts'`),
      sourceFile('operators/c/c.ts', `import type { A } from '../a.ts'`),
    ]
    expect(cycleFaults(files)).toEqual([
      expect.stringContaining('operators/a.ts -> operators/b.ts -> operators/c/c.ts -> operators/a.ts'),
    ])
  })
  test('passes two ways to one file', () => {
    const files = [
      sourceFile('operators/a.ts', `import { b } from './b.ts'\nimport { c } from './c.ts'`),
      sourceFile('operators/b.ts', `import { c } from './c.ts'`),
      sourceFile('operators/c.ts', 'export const c = 1'),
    ]
    expect(cycleFaults(files)).toEqual([])
  })
})

describe('sizeFaults', () => {
  test.each([
    ['operators/a.ts', 250],
    ['test/a.test.ts', 400],
  ])('finds %s longer than %i lines', (path, linesMax) => {
    expect(sizeFaults([sourceFile(path, '//\n'.repeat(linesMax))])).toEqual([])
    expect(sizeFaults([sourceFile(path, '//\n'.repeat(linesMax + 1))])).toHaveLength(1)
  })
})

describe('nameFaults', () => {
  test.each([
    ['operators/event-utils.ts', ''],
    ['operators/common/event.ts', ''],
    ['operators/event.ts', 'export class EventManager {}'],
    ['operators/event.ts', 'export type ServiceEvent = 1'],
    ['operators/event.ts', 'export const BASE_EVENT = 1'],
    ['operators/decodeEvent.ts', ''],
  ])('finds a bad name in %s %s', (path, text) => {
    expect(nameFaults([sourceFile(path, text)])).toHaveLength(1)
  })
  test('passes a word inside a word', () => {
    expect(nameFaults([sourceFile('operators/database.test.ts', 'export const baseline = 1')])).toEqual([])
  })
})

describe('exportFaults', () => {
  const doc = '/** Does it. */\n'
  test.each([
    ['two functions', 'operators/a.ts', `${doc}export function a() {}\n${doc}export const b = () => 1`],
    ['another name', 'operators/a-b.ts', `${doc}export function ab2() {}`],
    ['another name of a constant', 'pipeline/a.ts', 'export const b = 1'],
    ['a function without a sentence', 'operators/a.ts', 'export function a() {}'],
    ['a barrel', 'schemas/a.ts', `export { b } from './b.ts'`],
    ['everything passed on', 'test/support/a.ts', `export * from './b.ts'\nexport const a = 1`],
  ])('finds %s', (_, path, text) => {
    expect(exportFaults([sourceFile(path, text)])).toHaveLength(1)
  })
  test.each([
    [
      'a function with its types and constants',
      'operators/do-it.ts',
      `export const MAX = 1\nexport type B = 1\n${doc}export function doIt() {}`,
    ],
    [
      'a function that makes what the file is named for',
      'operators/book.ts',
      `export interface Book {}\n${doc}export function openBook() {}`,
    ],
    ['types alone', 'operators/lane.ts', 'export interface A {}\nexport type B = 1'],
    ['a schema with several', 'schemas/rule.ts', 'export const a = 1\nexport function b() {}'],
    ['an entry point', 'pipeline/main.ts', 'export function program() {}'],
  ])('passes %s', (_, path, text) => {
    expect(exportFaults([sourceFile(path, text)])).toEqual([])
  })
})

describe('unusedFaults', () => {
  test.each([
    ['a function', 'export function a() {}'],
    ['a constant that its own file uses', 'export const a = 1\nexport const b = a'],
    ['a type', 'export type a = 1'],
  ])('finds %s that nothing imports', (_, text) => {
    expect(unusedFaults([sourceFile('operators/a.ts', text)])).toContainEqual(
      expect.stringContaining('operators/a.ts: nothing imports a;'),
    )
  })
  test.each([
    ['by name', `import { a as other } from '../operators/a.ts'`],
    ['whole', `import * as all from '../operators/a.ts'`],
    ['when it is needed', `const { a } = await import('../operators/a.ts')`],
  ])('passes what is imported %s', (_, text) => {
    const files = [sourceFile('operators/a.ts', 'export const a = 1'), sourceFile('test/a.test.ts', text)]
    expect(unusedFaults(files)).toEqual([])
  })
  test('passes a type of a signature', () => {
    const user = sourceFile('test/a.test.ts', `import { a } from '../operators/a.ts'`)
    expect(
      unusedFaults([user, sourceFile('operators/a.ts', 'export type B = 1\nexport const a: B = 1')]),
    ).toEqual([])
  })
})

describe('subscribeFaults', () => {
  const file = sourceFile('pipeline/kafka/a.ts', 'const x = 1\nx$.subscribe(y => y)')
  test('finds a call outside the entry points, with its line', () => {
    expect(subscribeFaults([file], new Map())).toEqual([expect.stringContaining('pipeline/kafka/a.ts:2: ')])
  })
  test('passes entry points, tests, topics of a consumer, and what is on the list', () => {
    const text = 'x$.subscribe()'
    const topics = sourceFile('pipeline/kafka/b.ts', 'await consumer.subscribe({ topics })')
    const allowed = [sourceFile('pipeline/main.ts', text), sourceFile('test/a.test.ts', text), topics]
    expect(subscribeFaults([...allowed, file], new Map([[file.path, 'a reason']]))).toEqual([])
  })
  test('finds an entry of the list that is not needed', () => {
    expect(subscribeFaults([], new Map([['pipeline/a.ts', 'a reason']]))).toEqual([
      expect.stringContaining('take it off the list'),
    ])
  })
})

describe('textFaults', () => {
  test.each([
    ['operators/a.ts', '// TODO later'],
    ['docs/a.md', 'see /home/someone/project'],
    ['docs/a.md', 'C:\\Users\\someone'],
    ['operators/a.ts', '// Sorted as requested.'],
    ['operators/a.ts', '/* eslint-disable complexity -- long */'],
    ['operators/a.ts', '// eslint-disable-next-line complexity'],
    ['operators/a.ts', '// prettier-ignore'],
    ['package-lock.json', '"resolved": "https://example.com/a.tgz"'],
  ])('finds in %s: %s', (path, text) => {
    expect(textFaults([{ path, text }])).toHaveLength(1)
  })
  test.each([
    ['operators/a.ts', '// TODO #12: sort.'],
    ['docs/a.md', 'GET /api/v1/home and /var/lib/kafka/data'],
    ['operators/a.ts', '// eslint-disable-next-line complexity -- one arm for each operator'],
  ])('passes in %s: %s', (path, text) => {
    expect(textFaults([{ path, text }])).toEqual([])
  })
})
