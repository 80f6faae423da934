import type { View } from './view.ts'

/** I6: after the next owner's fence nothing of an earlier owner is committed. */
export function* fencedCommitNothing({ account }: View): Generator<string> {
  for (const { incarnation, wasSuperseded } of account.freshCommits) {
    if (wasSuperseded) yield `${incarnation.name} committed after the fence of the next owner`
  }
}
