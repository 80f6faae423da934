import { InvalidArgumentError } from 'commander'

export type SweptValue = number | string | boolean

/** A field of `llm_config`, and what it is to be in one run after the other. */
export interface SweepParameter {
  /** As it was given: `batch_size`, or `buying-spree.batch_size`. */
  readonly name: string
  /** Null for every rule that the field is for. */
  readonly ruleId: string | null
  readonly field: string
  readonly values: readonly SweptValue[]
}

/** Most values of one parameter. */
export const SWEPT_VALUES_MAX = 100

/** Reads `--sweep name=a,b,c`, of which there may be several. */
export function parseSweepParameter(
  text: string,
  previous: readonly SweepParameter[] = [],
): readonly SweepParameter[] {
  const [, name = '', list = ''] = /^([^=]+)=(.*)$/su.exec(text) ?? []
  const values = list.split(',').map(value => value.trim())
  const problem = problemOf(name, values, previous)
  if (problem !== null) throw new InvalidArgumentError(problem)
  const dot = name.lastIndexOf('.')
  const ruleId = dot === -1 ? null : name.slice(0, dot)
  return [...previous, { name, ruleId, field: name.slice(dot + 1), values: values.map(valueOf) }]
}

function problemOf(
  name: string,
  values: readonly string[],
  previous: readonly SweepParameter[],
): string | null {
  if (name === '' || values.includes('')) {
    return 'It must be a name and values, such as batch_size=5,10,20.'
  }
  if (values.length > SWEPT_VALUES_MAX) return `It may have at most ${SWEPT_VALUES_MAX} values.`
  const isTwice = previous.some(parameter => parameter.name === name)
  return isTwice ? `${name} is there twice; give all of its values at once.` : null
}

function valueOf(text: string): SweptValue {
  if (text === 'true' || text === 'false') return text === 'true'
  const number = Number(text)
  return Number.isNaN(number) ? text : number
}
