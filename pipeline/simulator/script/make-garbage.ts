import type { ScriptedAnswer } from './compile-script.ts'

const FENCE = '```'

// Ways in which models have been seen to answer beside the schema; `fenced` is the harmless one.
const spoilers: readonly ((text: string) => ScriptedAnswer)[] = [
  () => stopped('Looking at the events, I would say that the rule most likely holds.'),
  text => stopped(`${FENCE}json\n${text}\n${FENCE}`),
  text => stopped(`{"answer": ${text}}`),
  text => ({ text: text.slice(0, Math.ceil(text.length / 2)), finishReason: 'length' }),
  text => stopped(`${text}\n${text}`),
  text => stopped(text.replace(/"confidence":[\d.]+/, '"confidence":"90%"')),
]

/** Spoils an answer in one of several ways, chosen by a number from 0 up to 1. */
export function makeGarbage({ text }: ScriptedAnswer, uniform: number): ScriptedAnswer {
  const spoil = spoilers[Math.floor(uniform * spoilers.length)] ?? stopped
  return spoil(text)
}

function stopped(text: string): ScriptedAnswer {
  return { text, finishReason: 'stop' }
}
