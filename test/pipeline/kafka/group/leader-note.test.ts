import { expect, test } from 'vitest'
import { leaderNote } from '../../../../pipeline/kafka/group/leader-note.ts'

const commits = Buffer.from('{"signals/0":{"offset":3,"metadata":"a\\nb"}}')

test('brings the number of members and what is committed', () => {
  expect(leaderNote.decode(leaderNote.encode(12, commits))).toEqual({ members: 12, commits })
  expect(leaderNote.decode(leaderNote.encode(1, Buffer.alloc(0)))).toEqual({
    members: 1,
    commits: Buffer.alloc(0),
  })
})

test.each(['', '{"signals/0":{}}', '0\n{}', 'x\n{}', '1.5\n{}'])(
  'says nothing of the members where the leader does not: %j',
  told => {
    expect(leaderNote.decode(Buffer.from(told))).toEqual({ members: null, commits: Buffer.from(told) })
  },
)
