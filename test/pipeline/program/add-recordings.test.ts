import { describe, expect, test } from 'vitest'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const config = JSON.stringify({ kafka: { brokers: ['127.0.0.1:1'] }, sources: [{ topic: 'signals' }] })

async function refused(command: string): Promise<string> {
  const directory = temporaryFolder({ 'llmtrigger.yaml': config, 'old.ndjson': 'mine' })
  const { code, stdout, stderr } = await runCommand(command.split(' '), { directory })
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  return stderr
}

describe.each([
  ['record --out r.ndjson', "required option '--topic <topic...>' not specified"],
  ['record --topic a', "required option '--out <file>' not specified"],
  ['record --topic a --out r.ndjson --from yesterday', 'It is earliest, latest, offset:N, or a time'],
  [
    'record --topic a --out r.ndjson --to now --follow',
    "option '--to <point>' cannot be used with option '--follow'",
  ],
  [
    'record --topic a --out r.ndjson --max-bytes 5XB',
    'It is a number of bytes such as 1000000, 500MB or 2GB.',
  ],
  ['record --topic a --out old.ndjson', 'old.ndjson is there already: --force overwrites it'],
  [
    'record --topic a --out r.ndjson --to 2999-01-01',
    '--to lies ahead: --follow goes on with what is written',
  ],
  ['replay r.ndjson', "required option '--to-kafka' not specified"],
  ['replay r.ndjson --to-kafka --speed 0', 'It is a number above 0, or max.'],
  ['replay r.ndjson --to-kafka --topic-map a', 'It is a topic of the recording and where its records go'],
  ['replay r.ndjson --to-kafka --topic-map a=b a=c', 'a is mapped twice.'],
  ['replay r.ndjson --to-kafka --timestamps never', 'Allowed choices are keep, now.'],
])('llmtrigger %s', (command, message) => {
  test('is refused with what is wrong', async () => {
    expect(await refused(command)).toContain(message)
  })
})

test.each(['record --topic a --out r.ndjson', 'replay r.ndjson --to-kafka'])(
  'llmtrigger %s says that Kafka is not there',
  async command => {
    const directory = temporaryFolder({ 'llmtrigger.yaml': config })
    const { code, stderr } = await runCommand(command.split(' '), { directory })
    expect(code).toBe(5)
    expect(stderr).toContain('kafka cannot be reached at 127.0.0.1:1')
  },
)
