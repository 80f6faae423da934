import { stripInvisible } from './strip-invisible.ts'
import type { ModelMessage } from './model.ts'

/** How much of a broken answer is shown back to the model, in UTF-16 units. */
export const SHOWN_ANSWER_LENGTH_MAX = 2000

/** The messages of the one corrective retry: what was asked, what came, and what is wrong with it. */
export function correctiveMessages(
  previous: readonly ModelMessage[],
  answerText: string,
  problem: string,
): readonly ModelMessage[] {
  const shown = stripInvisible(answerText.slice(0, SHOWN_ANSWER_LENGTH_MAX)).toWellFormed()
  return [
    ...previous,
    // Some providers refuse an empty message.
    { role: 'assistant', content: shown.trim() === '' ? '(empty)' : shown },
    {
      role: 'user',
      content:
        `That answer cannot be used: ${problem}. Judge the same events again and answer with exactly one JSON object ` +
        'with the keys should_trigger (true or false), confidence (a number from 0 to 1) and reason (text), and nothing else.',
    },
  ]
}
