// Default_Ignorable_Code_Point holds the tag block, variation selectors, zero-width characters, bidi marks and embeddings.
// Line and paragraph separators and interlinear annotations are no part of it and hide text just as well.
const INVISIBLE = /[[\p{Cc}--[\t\n\r]]\p{DI}\p{Zl}\p{Zp}\u{FFF9}-\u{FFFB}]/gv

/** Removes characters that a reader does not see but a model or a terminal does; tab and line ends stay. */
export function stripInvisible(text: string): string {
  return text.replace(INVISIBLE, '')
}
