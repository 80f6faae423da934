import { compileExpression } from '../../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../../operators/expression/create-field-table.ts'
import type { FieldTable, Slots } from '../../../operators/expression/create-field-table.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { fillReason } from './fill-reason.ts'
import { readPrompt } from './read-prompt.ts'
import { windowEvent } from './window-event.ts'
import type { ScriptEntry, SimulatorSettings } from '../parse-simulator-settings.ts'

/** What the model is taken to say. */
export interface ScriptedAnswer {
  readonly text: string
  readonly finishReason: string
}

export type Script = (prompt: string) => ScriptedAnswer

/**
 * Makes the answers: a list used in turn, the first entry that fits a prompt, or one expression for all prompts. An entry fits
 * when the prompt contains its `match` and its `if` holds; its `when` is the verdict.
 */
export function compileScript({
  answers,
  answerWhen,
}: Pick<SimulatorSettings, 'answers' | 'answerWhen'>): Script {
  if (answers === null) return byEntries([{ ...(answerWhen !== null && { when: answerWhen }) }])
  return answers.some(
    entry => entry.match !== undefined || entry.if !== undefined || entry.when !== undefined,
  )
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

type Truth = (slots: Slots) => boolean | undefined

interface CompiledEntry {
  readonly entry: ScriptEntry
  readonly fits: Truth
  readonly verdict: Truth
  readonly reason: (slots: Slots) => string | undefined
}

function byEntries(entries: readonly ScriptEntry[]): Script {
  const fields = createFieldTable()
  const compiled = entries.map(entry => compileEntry(entry, fields))
  return prompt => {
    const slots = slotsWhenRead(fields, prompt)
    const found = compiled.find(
      ({ entry: { match }, fits }) => (match === undefined || prompt.includes(match)) && fits(slots) === true,
    )
    if (found === undefined) return answerOf({ reason: 'nothing in the script fits this prompt' }, false)
    const { entry, verdict, reason } = found
    const said = { ...entry, reason: reason(slots) }
    const shouldTrigger = verdict(slots)
    if (shouldTrigger === undefined)
      return answerOf({ ...said, reason: 'the expression is unknown for these events' }, false)
    return answerOf(said, shouldTrigger)
  }
}

function compileEntry(entry: ScriptEntry, fields: FieldTable): CompiledEntry {
  const { if: condition, when, should_trigger: fixed = true, reason } = entry
  return {
    entry,
    fits: condition === undefined ? () => true : compileTruth(condition, fields),
    verdict: when === undefined ? () => fixed : compileTruth(when, fields),
    reason: reason === undefined ? () => undefined : fillReason(reason, fields),
  }
}

function compileTruth(source: string, fields: FieldTable): Truth {
  const compiled = compileExpression(source, fields)
  if (!compiled.ok) {
    const problems = compiled.problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)
    throw new PipelineError('config_invalid', `expression ${JSON.stringify(source)}: ${problems.join('; ')}`)
  }
  return slots => compiled.expression.evaluate(slots)
}

/** Reads the prompt when the first field is asked for: most scripts need none. */
function slotsWhenRead(fields: FieldTable, prompt: string): Slots {
  let slots: Slots | undefined
  return {
    read(slot) {
      slots ??= fields.fill(windowEvent(readPrompt(prompt)))
      return slots.read(slot)
    },
  }
}

type Said = Omit<ScriptEntry, 'reason'> & { readonly reason?: string | undefined }

function answerOf(entry: Said, shouldTrigger: boolean): ScriptedAnswer {
  const { confidence = 0.9, reason = shouldTrigger ? 'the script says yes' : 'the script says no' } = entry
  return {
    text: entry.text ?? JSON.stringify({ should_trigger: shouldTrigger, confidence, reason }),
    finishReason: entry.finish_reason ?? 'stop',
  }
}
