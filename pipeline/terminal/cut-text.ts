/** Text in at most `columns` characters; where something is left out, its end says so. */
export function cutText(text: string, columns: number): string {
  if (text.length <= columns) return text.trimEnd()
  return `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`
}
