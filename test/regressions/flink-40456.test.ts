import { expect, test } from 'vitest'
import { PipelineError } from '../../schemas/failure.ts'
import { SECOND_MS, workPipeline } from './work-pipeline.ts'

// The first retry is due this long after the first answer.
const RETRY_MS = 2 * SECOND_MS

// A timeout that came while a retry was scheduled was swallowed, and its element stuck for ever.
test.each([RETRY_MS - 1, RETRY_MS, RETRY_MS + 1])(
  'a window whose time is over after %i ms, when its retry is due, ends once and frees its offset',
  holdMs => {
    const answer = () => new PipelineError('model_timeout', 'no answer')
    const { start, append, pass, decided, committed } = workPipeline({ rules: { rule: {} }, holdMs, answer })
    start()
    append({ eventId: 'stuck' })
    pass(holdMs - 1)
    expect(decided()).toEqual([])
    pass(60 * SECOND_MS)
    expect(decided()).toMatchObject([{ outcome: 'undecided', ids: ['stuck'] }])
    expect(committed()).toBe(1)
  },
)
