import type { Work } from '../../schemas/work.ts'
import { parseWork } from '../lanes/parse-work.ts'
import type { HeldWork } from './window.ts'

/** The work that is held, parsed anew at each call unless it was kept; it was valid when it was taken. */
export function workOf(held: HeldWork): Work {
  if (held.work !== null) return held.work
  const work = parseWork(held)
  if (typeof work === 'string') throw new Error(`the work held at offset ${held.offset} is none: ${work}`)
  return work
}
