/** Control characters of what others wrote must not reach the terminal, which would obey them. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\u{FFFD}')
}
