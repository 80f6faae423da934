import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createLog, type LogOptions } from '../../pipeline/create-log.ts'

function recordingLog(options: LogOptions = {}) {
  const lines: string[] = []
  const log = createLog({ destination: { write: (line: string) => lines.push(line) }, ...options })
  return { log, lines }
}

test('writes one JSON object a line, with level, time and message', () => {
  const { log, lines } = recordingLog()
  log.info({ ruleId: 'r', partition: 3 }, 'alert published')
  expect(lines).toHaveLength(1)
  const [line = ''] = lines
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    ruleId: 'r',
    partition: 3,
    msg: 'alert published',
  })
})

test('takes its level, and refuses one that does not exist', () => {
  const { log, lines } = recordingLog({ level: 'warn' })
  log.info('no')
  log.warn('yes')
  expect(lines).toHaveLength(1)
  expect(recordingLog({ level: '' }).log.level).toBe('info')
  expect(() => createLog({ level: 'loud' })).toThrow(/LLMTRIGGER_LOG_LEVEL/)
})

test('hides fields whose names say that they are secret, at any usual depth', () => {
  const { log, lines } = recordingLog()
  const fields = {
    api_key: 'XX1',
    password: 'XX2',
    authorization: 'XX3',
    token: 'XX4',
    bot_token: 'XX5',
    secret: 'XX6',
  }
  log.info(fields, 'one')
  log.info({ config: { kafka: { sasl: fields } } }, 'two')
  const error = Object.assign(new Error('failed'), {
    request: { headers: { Authorization: 'XX7', authorization: 'XX8' } },
  })
  log.error({ err: error }, 'three')
  expect(lines).toHaveLength(3)
  expect(lines.join('')).not.toMatch(/XX\d/)
})

test('hides known secrets wherever they turn up', () => {
  const secret = 'p"ss\\w/rd ü'
  const { log, lines } = recordingLog({ secrets: [secret, 'sk-123456'] })
  log.info({ any: { deep: { a: { b: { c: { d: [secret] } } } } } }, `message with ${secret}`)
  log.error(
    {
      err: new Error('outer sk-123456', { cause: new Error(`http://h/?key=${encodeURIComponent(secret)}`) }),
    },
    'x',
  )
  log.child({ url: 'http://user:sk-123456@host' }).warn('y')
  expect(lines).toHaveLength(3)
  const text = lines.join('')
  for (const hidden of ['sk-123456', 'ss\\\\w', 'ss\\w', encodeURIComponent(secret)])
    expect(text).not.toContain(hidden)
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow()
})

test('writes of an error what it is and where it came from, and nothing that hangs on it', () => {
  const { log, lines } = recordingLog()
  const socket = new Socket()
  const cause = new TypeError('inner')
  log.warn({ err: Object.assign(new Error('outer', { cause }), { code: 'E1', emitter: socket }) }, 'warned')
  const { err } = z.object({ err: z.record(z.string(), z.string()) }).parse(JSON.parse(lines[0] ?? ''))
  expect(err).toMatchObject({ type: 'Error', message: 'outer: inner', code: 'E1' })
  expect(err['stack']).toContain('caused by: TypeError: inner')
  expect(Object.keys(err)).toHaveLength(4)
})
