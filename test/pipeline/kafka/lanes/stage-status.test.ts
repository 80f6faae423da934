import { describe, expect, test } from 'vitest'
import type { StageStatus } from '../../../../operators/lanes/lane.ts'
import { stageStatus } from '../../../../pipeline/kafka/lanes/stage-status.ts'

describe('stageStatus', () => {
  test('tells every change once, and the newest problem that is left', () => {
    const board = stageStatus('route')
    const seen: StageStatus[] = []
    board.status$.subscribe(status => seen.push(status))
    board.assigned(2)
    board.opened('t/0')
    board.opened('t/0')
    board.problem('t/1', 'first')
    board.problem('group', 'second')
    board.problem('group', null)
    board.problem('group', null)
    board.closed('t/0')
    const status = (assigned: number | null, open: number, problem: string | null) => ({
      stage: 'route',
      assigned,
      open,
      problem,
    })
    expect(seen).toEqual([
      status(null, 0, null),
      status(2, 0, null),
      status(2, 1, null),
      status(2, 1, 'first'),
      status(2, 1, 'second'),
      status(2, 1, 'first'),
      status(2, 0, 'first'),
    ])
  })

  test('completes when the stage ends', () => {
    const board = stageStatus('decide')
    let completed = false
    board.status$.subscribe({
      complete: () => {
        completed = true
      },
    })
    board.end()
    expect(completed).toBe(true)
  })
})
