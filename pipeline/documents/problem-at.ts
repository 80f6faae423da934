import { placeOf } from './place-of.ts'
import type { DocumentPath } from './place-of.ts'
import type { Problem } from './problem.ts'
import type { SourceDocument } from './read-documents.ts'

/** A problem with the content at a path of a document, with its place in the file. */
export function problemAt(document: SourceDocument, path: DocumentPath, message: string): Problem {
  return {
    code: 'shape',
    file: document.file,
    ...placeOf(document, path),
    path: path.map(String).join('.'),
    message,
  }
}
