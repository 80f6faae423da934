import { describe, expect, onTestFinished, test } from 'vitest'
import { testRules, type TestRulesOptions } from '../../../pipeline/commands/test-rules.ts'
import { startSimulator } from '../../../pipeline/simulator/start-simulator.ts'
import { recordingTerminal } from '../../support/recording-terminal.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const rule = (expected: string) => `rule_id: big-buy
name: Big buy
event_types: [trade.signal]
rule_config:
  rule_type: hybrid
  pre_filter: { expression: side == "buy" && volume > 50000 }
  llm_config: { description: many, trigger_mode: batch, batch_size: 2 }
tests:
  - name: two fire
    events:
      - { event_type: trade.signal, data: { side: buy, volume: 60000 }, repeat: 2 }
      - { event_type: trade.signal, data: { side: buy } }
    answers: [{ should_trigger: true, confidence: 0.9, reason: two }]
    expect: ${expected}
  - name: a sale does not
    events: [{ event_type: trade.signal, data: { side: sell, volume: 1 } }]
    expect: { windows: [] }
`

async function run(text: string, options: Partial<TestRulesOptions> = {}) {
  const terminal = recordingTerminal()
  const paths = [`${temporaryFolder({ 'r.yaml': text })}/r.yaml`]
  const context = { configPath: undefined, environment: {}, terminal, json: false }
  const code = await testRules({ ...context, paths, trace: false, live: false, ...options })
  return { code, printed: terminal.printed, notes: terminal.notes }
}

describe('rules test', () => {
  test('names each test that passes', async () => {
    const { code, printed } = await run(rule('{ alerts: 1 }'))
    expect(printed).toEqual([
      'big-buy, Big buy',
      '  ok    two fire',
      '  ok    a sale does not',
      '\n2 tests of 1 rule: all passed',
    ])
    expect(code).toBe(0)
  })

  test('shows of a test that fails what each event met, and ends with 4', async () => {
    const { code, printed } = await run(rule('{ alerts: 2 }'), { only: 'two' })
    const text = printed.join('\n')
    expect(text).toContain('  FAIL  two fire\n        expect.alerts: expected 2, got 1\n')
    expect(text).toContain('+0s    events 1 to 2 trade.signal: match, joined window 1')
    expect(text).toContain(
      '+0s    event 3 trade.signal: no match, the expression is unknown: volume is missing',
    )
    expect(text).toMatch(/side == "buy" +true\n/)
    expect(text).toMatch(/volume > 50000 +unknown: volume is missing\n/)
    expect(text).toContain('window 1: trade.signal, 2 events, closed by size at +0s')
    expect(text).toMatch(/asked +Rule:\n +many\n/)
    expect(text).toContain('answered  {"should_trigger":true,"confidence":0.9,"reason":"two"}')
    expect(text).toContain('outcome   triggered 0.90: two')
    expect(text).toContain('1 test of 1 rule: 1 failed')
    expect(code).toBe(4)
  })

  test('shows it of a test that passes when it is asked to', async () => {
    const { code, printed } = await run(rule('{ alerts: 1 }'), { trace: true, only: 'sale' })
    expect(printed.join('\n')).toContain('event 1 trade.signal: no match, the expression is false')
    expect(code).toBe(0)
  })

  test('gives a machine one document', async () => {
    const { code, printed } = await run(rule('{ alerts: 2 }'), { json: true, trace: true })
    expect(printed).toHaveLength(1)
    expect(JSON.parse(printed.join())).toMatchObject({
      passed: 1,
      failed: 1,
      problems: [],
      rules: [
        {
          rule_id: 'big-buy',
          tests: [
            {
              name: 'two fire',
              passed: false,
              failures: [{ path: 'expect.alerts', message: 'expected 2, got 1' }],
              alerts: [{ key: 'trade.signal' }],
              model_calls: 1,
              decisions: [{ outcome: 'triggered' }],
              trace: {
                events: [{ first: 1, last: 2, window: 1 }, { window: null }],
                windows: [{ number: 1 }],
              },
            },
            { name: 'a sale does not', passed: true, failures: [] },
          ],
        },
      ],
    })
    expect(code).toBe(4)
  })

  test('says that a rule has no tests', async () => {
    const text = rule('{ alerts: 1 }')
    const { code, printed } = await run(text.slice(0, text.indexOf('tests:')))
    expect(printed).toEqual(['big-buy, Big buy: no tests', '\nno test was run, 1 rule without tests'])
    expect(code).toBe(0)
  })

  test('ends with 3 for a rule that is wrong, and tells what', async () => {
    const { code, notes, printed } = await run(rule('{ alert: 1 }'))
    expect(notes.join()).toContain('tests.0.expect.alert: is unknown; did you mean alerts?')
    expect([code, printed]).toEqual([3, []])
  })

  test('ends with 2 for a file that is not there', async () => {
    expect((await run('', { paths: ['/no/such/file.yaml'] })).code).toBe(2)
  })

  describe('with --live-model', () => {
    async function live(text: string, config: object) {
      const directory = temporaryFolder({ 'llmtrigger.yaml': JSON.stringify(config) })
      return run(text, { live: true, configPath: `${directory}/llmtrigger.yaml`, trace: true })
    }
    const sources = [{ topic: 'signals' }]

    test('asks the configured model, and looks at what it says', async () => {
      const simulator = await startSimulator({
        port: 0,
        answers: [{ confidence: 0.77, reason: 'simulated' }],
      })
      onTestFinished(() => simulator.close())
      const fast = { provider: 'openai', base_url: simulator.baseUrl, model: 'm' }
      const { code, printed } = await live(rule('{ alerts: 1, reason: simulated }'), {
        sources,
        models: { default: 'fast', fast },
      })
      expect(printed.join('\n')).toContain('outcome   triggered 0.77: simulated')
      expect(code).toBe(0)
    })

    test('ends with 2 where no model is configured', async () => {
      const { code, notes } = await live(rule('{ alerts: 1 }'), { sources })
      expect(notes.join()).toContain('big-buy: no model that can be asked is configured for it')
      expect(code).toBe(2)
    })
  })
})
