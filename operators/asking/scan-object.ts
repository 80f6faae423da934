export interface ObjectScan {
  /** Index behind the closing brace of the first object; undefined when it never closes. */
  readonly end: number | undefined
  /** Its own keys in order, doubled ones included: `JSON.parse` keeps only the last of them. */
  readonly keys: readonly string[]
}

// A string that never ends is taken up to the end of the text, so that the scan is linear on any input.
const TOKEN = /"(?:[^"\\]|\\.)*\\?(?:"|$)|[{}[\]]/gs
const COLON_NEXT = /\s*:/y

/** Finds where the JSON object that `text` begins with ends, and its top-level keys. */
export function scanObject(text: string): ObjectScan {
  const keys: string[] = []
  let depth = 0
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (token.startsWith('"')) {
      if (depth === 1 && isKey(text, index + token.length)) keys.push(unquote(token))
      continue
    }
    depth += token === '{' || token === '[' ? 1 : -1
    if (depth === 0) return { end: index + 1, keys }
  }
  return { end: undefined, keys }
}

function isKey(text: string, behind: number): boolean {
  COLON_NEXT.lastIndex = behind
  return COLON_NEXT.test(text)
}

/** Escapes are resolved, since `"a"` and `"\u0061"` are the same key. */
function unquote(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch {
    // Not JSON: the text is refused by the parser anyway, only the name for it is needed.
    return token
  }
}
