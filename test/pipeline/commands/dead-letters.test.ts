import { describe, expect, test } from 'vitest'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('help', () => {
  test.each([
    ['list', 'llmtrigger dead-letter list --reason decision_undecided'],
    ['replay', 'llmtrigger dead-letter replay 3:1042'],
  ])('of %s is on the output, has examples and ends well', async (command, example) => {
    const { code, stdout, stderr } = await runCommand(['dead-letter', command, '--help'], {
      directory: temporaryFolder(),
    })
    expect(stdout).toContain(example)
    expect(stdout).toContain('--config <file>')
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('a mistake in the command line ends with 2 and is explained on stderr', () => {
  test.each([
    [[], /Usage:/],
    [['list', '--reason', 'event_invlaid'], /Unknown: event_invlaid. There are event_invalid, /],
    [['list', '--stage', 'judge'], /Unknown: judge. There are route, decide, notify/],
    [['list', '--from', 'yesterday'], /such as 2026-11-20T10:00:00Z/],
    [['list', '--limit', '0'], /above 0/],
    [['replay', '17'], /such as 3:1042/],
    [['replay'], /or --all$/m],
    [['replay', '--pending', '--force', '--dry-run'], /or --all$/m],
    [['replay', '3:1042', '--all'], /not by two of these/],
    [['replay', '3:1042', '--rule', 'a'], /not by two of these/],
    [['replay', '3:1042', '--pending'], /not by two of these/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(['dead-letter', ...args], {
      directory: temporaryFolder(),
    })
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })
})

describe.each(['list', 'replay --all', 'replay --all --dry-run'])('%s', command => {
  const args = command.split(' ')

  test('ends with 2 and says what is wrong with the configuration', async () => {
    const directory = temporaryFolder({ 'llmtrigger.yaml': 'kafka: { partitions: 0 }\n' })
    const { code, stdout, stderr } = await runCommand(['dead-letter', ...args], { directory })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain('llmtrigger.yaml:1:22: kafka.partitions: must be at least 1')
  })

  test('ends with 5 when Kafka is away, and says the fix', async () => {
    const directory = temporaryFolder({
      'llmtrigger.yaml': 'kafka: { brokers: ["127.0.0.1:1"] }\nsources: [{ topic: a }]\n',
    })
    const { code, stdout, stderr } = await runCommand(['dead-letter', ...args], { directory })
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toContain('cannot be reached at 127.0.0.1:1')
    expect(stderr).toContain('fix: start it')
  })
})
