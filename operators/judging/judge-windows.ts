import { concatMap, defer, finalize, ignoreElements, map, merge, mergeMap, Subject, tap } from 'rxjs'
import type { Observable, OperatorFunction } from 'rxjs'
import { FirstInFirstOut } from '../first-in-first-out.ts'
import type { ClosedWindow } from '../windows/window.ts'
import type { Verdict } from './verdict.ts'

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
 *         One that waits is not subscribed, which would take ten times its room.
 * Errors: those of `judge`. Unsubscribing abandons what is in judgement.
 */
export function judgeWindows(options: JudgeWindowsOptions): OperatorFunction<ClosedWindow, Verdict> {
  const { judge, windowsMax } = options
  return windows$ =>
    defer(() => {
      const places = new Places(options)
      const started$ = new Subject<Turn>()
      let closed = false
      let starting = false
      // One loop starts all: a verdict that comes at once must not recurse.
      const start = () => {
        if (starting) return
        starting = true
        try {
          for (let turn = places.next(); turn !== undefined; turn = places.next()) started$.next(turn)
        } finally {
          starting = false
        }
        if (closed && places.waiting === 0) started$.complete()
      }
      const verdicts$ = started$.pipe(
        mergeMap(
          turn =>
            turn.verdict$.pipe(
              map(verdict => ({ verdict, turn })),
              finalize(() => {
                places.giveBack(turn)
                start()
              }),
            ),
          windowsMax,
        ),
        concatMap(({ verdict, turn }) => {
          turn.verdict = verdict
          return places.leave(turn)
        }),
      )
      const entered$ = windows$.pipe(
        tap({
          next: window => {
            places.enter(window, judge(window))
            start()
          },
          complete: () => {
            closed = true
            start()
          },
        }),
        ignoreElements(),
      )
      return merge(verdicts$, entered$)
    })
}

interface Turn {
  readonly verdict$: Observable<Verdict>
  readonly line: Line
  readonly asks: boolean
  verdict: Verdict | null
}

/** The windows of one (rule, key). */
interface Line {
  readonly name: string
  /** In the order in which they closed. */
  readonly turns: Turn[]
  /** Those that wait because others of their key have all its places; made when there is one. */
  waiting: FirstInFirstOut<Turn> | null
  /** Places taken, and claimed by turns that wait for one of the lane's. */
  taken: number
}

class Places {
  private readonly lines = new Map<string, Line>()
  private readonly ready = new FirstInFirstOut<Turn>()
  // Traditional and cancelled windows ask nobody, so they need no place.
  private readonly unasked = new FirstInFirstOut<Turn>()
  private readonly options: JudgeWindowsOptions
  private judging = 0
  waiting = 0

  constructor(options: JudgeWindowsOptions) {
    this.options = options
  }

  enter(window: ClosedWindow, verdict$: Observable<Verdict>): void {
    const name = `${window.ruleId}|${window.key}`
    const line = this.lines.get(name) ?? { name, turns: [], waiting: null, taken: 0 }
    this.lines.set(name, line)
    const turn: Turn = { verdict$, line, asks: asksModel(window), verdict: null }
    line.turns.push(turn)
    this.waiting++
    if (!turn.asks) this.unasked.push(turn)
    else if (line.taken < this.options.judgingPerKeyMax) this.claim(turn)
    else (line.waiting ??= new FirstInFirstOut()).push(turn)
  }

  /** A turn that may be judged now. */
  next(): Turn | undefined {
    const turn =
      this.unasked.shift() ?? (this.judging < this.options.judgingMax ? this.ready.shift() : undefined)
    if (turn === undefined) return undefined
    this.waiting--
    if (turn.asks) this.judging++
    return turn
  }

  giveBack({ asks, line }: Turn): void {
    if (!asks) return
    this.judging--
    line.taken--
    const next = line.waiting?.shift()
    if (next !== undefined) this.claim(next)
  }

  /** The verdicts that no earlier window of their key keeps waiting. */
  leave({ line }: Turn): readonly Verdict[] {
    const ready: Verdict[] = []
    for (const { verdict } of line.turns) {
      if (verdict === null) break
      ready.push(verdict)
    }
    line.turns.splice(0, ready.length)
    if (line.turns.length === 0) this.lines.delete(line.name)
    return ready
  }

  private claim(turn: Turn): void {
    turn.line.taken++
    this.ready.push(turn)
  }
}

function asksModel({ rule }: ClosedWindow): boolean {
  return rule?.rule_config.llm_config !== undefined
}
