/** Text from outside without the control characters that a terminal would obey; line ends and tabs stay. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '\u{FFFD}')
}
