import { BehaviorSubject, distinctUntilChanged, map } from 'rxjs'
import type { Observable } from 'rxjs'
import type { LaneSubscription, StageStatus } from '../../../operators/lanes/lane.ts'

interface State {
  readonly assigned: number | null
  readonly open: ReadonlySet<string>
  /** By lane, and by what else can fail; the newest says it. */
  readonly problems: ReadonlyMap<string, string>
}

export interface StageBoard {
  readonly status$: Observable<StageStatus>
  assigned(count: number | null): void
  opened(lane: string): void
  closed(lane: string): void
  problem(of: string, words: string | null): void
  end(): void
}

/** Gathers what the lanes of one stage say of themselves into one status. */
export function stageStatus(stage: LaneSubscription['stage']): StageBoard {
  const state$ = new BehaviorSubject<State>({ assigned: null, open: new Set(), problems: new Map() })
  const change = (changes: Partial<State>): void => {
    state$.next({ ...state$.value, ...changes })
  }
  return {
    status$: state$.pipe(
      map(state => statusOf(stage, state)),
      distinctUntilChanged(isSame),
    ),
    assigned: assigned => {
      change({ assigned })
    },
    opened: lane => {
      change({ open: new Set(state$.value.open).add(lane) })
    },
    closed: lane => {
      const open = new Set(state$.value.open)
      open.delete(lane)
      change({ open })
    },
    problem: (of, words) => {
      const problems = new Map(state$.value.problems)
      if (words === null) problems.delete(of)
      else problems.set(of, words)
      change({ problems })
    },
    end: () => {
      state$.complete()
    },
  }
}

function statusOf(stage: LaneSubscription['stage'], { assigned, open, problems }: State): StageStatus {
  return { stage, assigned, open: open.size, problem: [...problems.values()].at(-1) ?? null }
}

function isSame(one: StageStatus, other: StageStatus): boolean {
  return one.assigned === other.assigned && one.open === other.open && one.problem === other.problem
}
