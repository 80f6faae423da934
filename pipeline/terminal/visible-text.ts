import { stripInvisible } from '../../operators/asking/strip-invisible.ts'

/** Text from outside on one line: nothing of it moves the cursor of a terminal, or hides. */
export function visibleText(text: string): string {
  return stripInvisible(text.replaceAll(/\s+/g, ' ')).trim()
}
