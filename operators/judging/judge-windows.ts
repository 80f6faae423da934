import { concatMap, defer, map, mergeMap, type Observable, type OperatorFunction } from 'rxjs'
import type { ClosedWindow } from '../windows/window.ts'
import type { Verdict } from './verdict.ts'
import { turnstile, type Turnstile } from './turnstile.ts'

export interface JudgeWindowsOptions {
  readonly judge: (window: ClosedWindow) => Observable<Verdict>
  /** Most windows of the lane in judgement at once. */
  readonly judgingMax: number
  /** Most windows of one (rule, key) in judgement at once. */
  readonly judgingPerKeyMax: number
  /** Most closed windows that wait: the bound of the events that a lane holds, each window having one at least. */
  readonly windowsMax: number
}

/**
 * Judges closed windows side by side.
 *
 * Shape:  one verdict for each window; those of one (rule, key) in the order in which they closed, other keys do not wait.
 * Time:   that of `judge`.
 * State:  the windows in judgement and those that wait, at most `windowsMax`: the lane above is paused by what it holds.
 * Errors: those of `judge`. Unsubscribing abandons what is in judgement.
 */
export function judgeWindows(options: JudgeWindowsOptions): OperatorFunction<ClosedWindow, Verdict> {
  const { judge, judgingMax, judgingPerKeyMax, windowsMax } = options
  return windows$ =>
    defer(() => {
      const lane = turnstile({ isOpen: held => held < judgingMax })
      const lines = new Map<string, Line>()
      const placesOf = (line: Line) =>
        (line.places ??= turnstile({ isOpen: held => held < judgingPerKeyMax }))
      return windows$.pipe(
        map(window => enter(lines, window)),
        // Traditional and cancelled windows ask nobody, so they need no place.
        mergeMap(({ window, line, turn }) => {
          const verdict$ = asksModel(window) ? placesOf(line).hold(lane.hold(judge(window))) : judge(window)
          return verdict$.pipe(map(verdict => ({ verdict, line, turn })))
        }, windowsMax),
        concatMap(({ verdict, line, turn }) => {
          turn.verdict = verdict
          return leave(lines, line)
        }),
      )
    })
}

interface Turn {
  verdict: Verdict | null
}

/** The windows of one (rule, key), in the order in which they closed. */
interface Line {
  readonly name: string
  /** Made when a model is asked. */
  places: Turnstile | null
  readonly turns: Turn[]
}

function enter(lines: Map<string, Line>, window: ClosedWindow) {
  const name = `${window.ruleId}|${window.key}`
  const line: Line = lines.get(name) ?? { name, places: null, turns: [] }
  lines.set(name, line)
  const turn: Turn = { verdict: null }
  line.turns.push(turn)
  return { window, line, turn }
}

/** The verdicts that no earlier window of their key keeps waiting. */
function leave(lines: Map<string, Line>, line: Line): readonly Verdict[] {
  const ready: Verdict[] = []
  for (const { verdict } of line.turns) {
    if (verdict === null) break
    ready.push(verdict)
  }
  line.turns.splice(0, ready.length)
  if (line.turns.length === 0) lines.delete(line.name)
  return ready
}

function asksModel({ rule }: ClosedWindow): boolean {
  return rule?.rule_config.llm_config !== undefined
}
