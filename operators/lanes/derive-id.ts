import { hash } from 'node:crypto'

/** 32 hex digits of SHA-256 over length-prefixed parts, so that no two lists of parts read alike. */
export function deriveId(parts: readonly string[]): string {
  let text = ''
  for (const part of parts) text += `${part.length}:${part}`
  return hash('sha256', text, 'hex').slice(0, 32)
}
