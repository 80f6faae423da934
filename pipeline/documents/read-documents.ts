import { LineCounter, isAlias, parseAllDocuments, visit } from 'yaml'
import type { Document, YAMLError } from 'yaml'
import type { Problem } from './problem.ts'

/** How often aliases may be followed in one document, nested ones multiplied. */
export const ALIASES_MAX = 100

/** One YAML or JSON document with what is needed to find the place of any part of it. */
export interface SourceDocument {
  readonly file: string
  readonly text: string
  readonly value: unknown
  readonly tree: Document
  readonly lines: LineCounter
}

export interface ReadDocuments {
  readonly documents: readonly SourceDocument[]
  readonly problems: readonly Problem[]
}

type Report = (code: Problem['code'], offset: number, message: string) => void

/** Parses the documents of a file; JSON is read as YAML, of which it is a part. Empty documents are left out. */
export function readDocuments(file: string, text: string): ReadDocuments {
  const lines = new LineCounter()
  const problems: Problem[] = []
  const documents: SourceDocument[] = []
  const report: Report = (code, offset, message) => {
    const { line, col } = lines.linePos(offset)
    problems.push({ code, file, line, column: col, path: '', message })
  }
  const trees: Document[] = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })]
  for (const tree of trees) {
    if (reportErrors(tree, text, report) || tree.contents === null) continue
    const value = plainValue(tree, report)
    if (value.ok && value.value !== null) documents.push({ file, text, value: value.value, tree, lines })
  }
  return { documents, problems }
}

/** True when the document cannot be used. Only its first syntax error is told: the others mostly follow from it. */
function reportErrors(tree: Document, text: string, report: Report): boolean {
  const duplicates = tree.errors.filter(error => error.code === 'DUPLICATE_KEY')
  for (const error of duplicates) {
    report('shape', error.pos[0], `the key ${wordAt(text, error)} is there twice`)
  }
  for (const warning of tree.warnings) report('syntax', warning.pos[0], syntaxMessage(warning))
  const first = tree.errors.find(error => error.code !== 'DUPLICATE_KEY')
  if (first !== undefined) report('syntax', first.pos[0], syntaxMessage(first))
  const dangling = reportDanglingAliases(tree, report)
  return first !== undefined || tree.warnings.length > 0 || dangling
}

function reportDanglingAliases(tree: Document, report: Report): boolean {
  let found = false
  visit(tree, {
    Alias(_, node) {
      if (node.resolve(tree) !== undefined) return
      found = true
      report('syntax', node.range?.[0] ?? 0, `An alias (*) names no anchor. ${quoteIt}`)
    },
  })
  return found
}

function plainValue(tree: Document, report: Report): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: tree.toJS({ maxAliasCount: ALIASES_MAX }) }
  } catch (error) {
    // Every alias was resolved above, so this is the limit.
    if (!(error instanceof ReferenceError)) throw error
    const offset = isAlias(tree.contents) ? 0 : (tree.contents?.range?.[0] ?? 0)
    report('syntax', offset, `aliases are followed more than ${ALIASES_MAX} times`)
    return { ok: false }
  }
}

const quoteIt = 'A value that holds such characters must be in quotes, or stand on a line of its own after |'

/** In place of the parser's words where those repeat the text of the file, which may be a secret. */
const ownWords: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  TAG_RESOLVE_FAILED: 'A tag (!) has no meaning here',
  UNEXPECTED_TOKEN: 'This is not expected here',
  BAD_ALIAS: 'An alias (*) is not expected here',
  BAD_DIRECTIVE: 'A directive (%) is not expected here',
}

const hints: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BLOCK_AS_IMPLICIT_KEY: `A value cannot hold ": " as it is. ${quoteIt}`,
  BAD_SCALAR_START: quoteIt,
  TAG_RESOLVE_FAILED: `A value that starts with ! must be in quotes, or stand on a line of its own after |`,
  UNEXPECTED_TOKEN: quoteIt,
  BAD_ALIAS: quoteIt,
  MULTILINE_IMPLICIT_KEY: 'Is a ":" missing, or is the indentation wrong?',
  BAD_INDENT: 'Is a bracket not closed, or is the indentation wrong?',
  MISSING_CHAR: 'Is a quote or a bracket not closed?',
  TAB_AS_INDENT: 'Indent with spaces',
}

function syntaxMessage({ code, message }: YAMLError): string {
  const words = ownWords[code] ?? message
  const hint = hints[code]
  return hint === undefined ? words : `${words}. ${hint}`
}

function wordAt(text: string, error: YAMLError): string {
  return /^[^:\s]+/.exec(text.slice(error.pos[0], error.pos[0] + 64))?.[0] ?? ''
}
