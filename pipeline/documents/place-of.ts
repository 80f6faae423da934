import { isAlias, isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Document, Node, Pair } from 'yaml'
import type { SourceDocument } from './read-documents.ts'

export type DocumentPath = readonly PropertyKey[]

export interface Place {
  readonly line: number
  readonly column: number
}

/** Where a part of a document stands: its value, its key where it has no value, else what should hold it. */
export function placeOf(
  document: SourceDocument,
  path: DocumentPath,
  part: 'value' | 'key' = 'value',
): Place {
  const { line, col } = document.lines.linePos(offsetOf(document.tree, path, part))
  return { line, column: col }
}

function offsetOf(tree: Document, path: DocumentPath, part: 'value' | 'key'): number {
  let node: unknown = tree.contents
  let offset = startOf(node) ?? 0
  for (const [depth, step] of path.entries()) {
    const child = childOf(isAlias(node) ? node.resolve(tree) : node, step)
    const keyWanted = part === 'key' && depth === path.length - 1
    offset = placeIn(child, keyWanted) ?? offset
    node = child.value
  }
  return offset
}

interface Child {
  readonly key?: unknown
  readonly value?: unknown
}

function childOf(container: unknown, step: PropertyKey): Child {
  if (isSeq(container)) return { value: container.items[Number(step)] }
  if (!isMap(container)) return {}
  return container.items.find(item => keyOf(item) === String(step)) ?? {}
}

function placeIn({ key, value }: Child, keyWanted: boolean): number | undefined {
  return (keyWanted ? undefined : placeable(value)) ?? startOf(key)
}

/** An empty value has a place after its key, which helps nobody. */
function placeable(node: unknown): number | undefined {
  return isScalar(node) && node.value === null ? undefined : startOf(node)
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? rangeOf(node)?.[0] : undefined
}

function rangeOf(node: Node): readonly number[] | null | undefined {
  return node.range
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
}
