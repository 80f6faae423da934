import { compileExpression } from '../../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../../operators/expression/create-field-table.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { readPrompt } from './read-prompt.ts'
import { windowEvent } from './window-event.ts'
import type { ScriptEntry, SimulatorSettings } from '../parse-simulator-settings.ts'

/** What the model is taken to say. */
export interface ScriptedAnswer {
  readonly text: string
  readonly finishReason: string
}

export type Script = (prompt: string) => ScriptedAnswer

type Judge = (prompt: string) => boolean | undefined

/** Makes the answers: a list used in turn, the first entry that fits a prompt, or one expression for all prompts. */
export function compileScript({
  answers,
  answerWhen,
}: Pick<SimulatorSettings, 'answers' | 'answerWhen'>): Script {
  if (answers === null) return byEntries([{ ...(answerWhen !== null && { when: answerWhen }) }])
  return answers.some(({ match, when }) => match !== undefined || when !== undefined)
    ? byEntries(answers)
    : inTurn(answers)
}

function inTurn(entries: readonly ScriptEntry[]): Script {
  let turn = 0
  return () => {
    const entry = entries[turn % entries.length] ?? {}
    turn += 1
    return answerOf(entry, entry.should_trigger ?? true)
  }
}

function byEntries(entries: readonly ScriptEntry[]): Script {
  const compiled = entries.map(entry => ({ entry, judge: compileJudge(entry) }))
  return prompt => {
    const found = compiled.find(({ entry }) => entry.match === undefined || prompt.includes(entry.match))
    if (found === undefined) return answerOf({ reason: 'nothing in the script fits this prompt' }, false)
    const { entry, judge } = found
    const verdict = judge(prompt)
    if (verdict === undefined)
      return answerOf({ ...entry, reason: 'the expression is unknown for these events' }, false)
    return answerOf(entry, verdict)
  }
}

function compileJudge({ when, should_trigger: fixed }: ScriptEntry): Judge {
  if (when === undefined) return () => fixed ?? true
  const fields = createFieldTable()
  const compiled = compileExpression(when, fields)
  if (!compiled.ok) {
    const problems = compiled.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)
    throw new PipelineError('config_invalid', `expression ${JSON.stringify(when)}: ${problems.join('; ')}`)
  }
  const { expression } = compiled
  return prompt => expression.evaluate(fields.fill(windowEvent(readPrompt(prompt))))
}

function answerOf(entry: ScriptEntry, shouldTrigger: boolean): ScriptedAnswer {
  const { confidence = 0.9, reason = shouldTrigger ? 'the script says yes' : 'the script says no' } = entry
  return {
    text: entry.text ?? JSON.stringify({ should_trigger: shouldTrigger, confidence, reason }),
    finishReason: entry.finish_reason ?? 'stop',
  }
}
