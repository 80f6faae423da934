import { isScalar } from 'yaml'
import type { Scalar } from 'yaml'
import type { Place } from '../documents/place-of.ts'
import type { SourceDocument } from '../documents/read-documents.ts'
import { expressionPath } from './expression-findings.ts'

/** A place within a rule's expression as one in its file: exact where the text is the expression's own, else its start. */
export function placeInFile(document: SourceDocument, within: Place): Partial<Place> {
  const node: unknown = document.tree.getIn(expressionPath, true)
  const from = isScalar(node) ? node.range?.[0] : undefined
  if (!isScalar(node) || from === undefined) return {}
  const { line: startLine, col: startColumn } = document.lines.linePos(from)
  const wanted = String(node.value).split('\n')[within.line - 1] ?? ''
  const line = firstLine(node, startLine) + within.line - 1
  const shift = lineOf(document, line).indexOf(wanted, line === startLine ? startColumn - 1 : 0)
  return shift < 0 ? { line: startLine, column: startColumn } : { line, column: shift + within.column }
}

/** The lines of a block start below its | sign. */
function firstLine({ type }: Scalar, startLine: number): number {
  return type === 'BLOCK_LITERAL' ? startLine + 1 : startLine
}

function lineOf({ text }: SourceDocument, line: number): string {
  return text.split(/\r?\n/)[line - 1] ?? ''
}
