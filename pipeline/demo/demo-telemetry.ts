import type { SchedulerLike } from 'rxjs'
import type { Telemetry } from '../../operators/telemetry.ts'
import { dueAt } from '../../operators/windows/due-at.ts'
import type { Alert } from '../../schemas/alert.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { DemoTally, RuleTally, WindowTally } from './demo-tally.ts'

export interface DemoTelemetry {
  readonly telemetry: Telemetry
  readonly tally: DemoTally
  /** Counts an event that is put on the log. */
  readonly arrive: (eventType: string) => void
}

const ignore = () => undefined

/** Keeps what the stages report, all of it: a recording has an end. */
export function demoTelemetry(rules: readonly Rule[], clock: SchedulerLike): DemoTelemetry {
  const tally = emptyTally(rules)
  const ruleOf = (ruleId: string) => {
    const found = tally.rules.get(ruleId)
    if (found === undefined) throw new Error(`the demo has no rule ${ruleId}`)
    return found
  }
  const telemetry: Telemetry = {
    eventsReceived: ignore,
    eventsSkipped: ignore,
    deadLettered: ignore,
    workRepeated: ignore,
    windowClosed: ignore,
    windowsOpen: ignore,
    laneHeld: ignore,
    callsAbandoned: ignore,
    fellBack: ignore,
    answered: ignore,
    rulesEvaluated: (ruleId, result, count) => {
      ruleOf(ruleId).evaluated += count
      if (result === 'match') ruleOf(ruleId).passed += count
    },
    windowFilled: filled => {
      if (filled.mode === 'traditional') return
      const { rule } = ruleOf(filled.ruleId)
      const before = tally.windows.get(windowName(filled.ruleId, filled.key))
      tally.windows.set(windowName(filled.ruleId, filled.key), {
        ...filled,
        ...(filled.count > 1 && before !== undefined
          ? timesOf(before)
          : opened(rule, filled.key, clock.now())),
        decided: false,
      })
    },
    modelCalled: () => {
      tally.calls++
    },
    modelTokens: (...[, , { input, output }, costUsd]) => {
      tally.tokens = { input: tally.tokens.input + input, output: tally.tokens.output + output }
      tally.costUsd += costUsd
    },
    decided: decision => {
      tally.decisions.push(decision)
      settleWindow(tally.windows, decision)
    },
    alerted: alert => {
      tally.alerts.push(alert)
      ruleOf(alert.rule_id).alerts++
    },
  }
  return {
    telemetry,
    tally,
    arrive: eventType => {
      tally.arrived.set(eventType, (tally.arrived.get(eventType) ?? 0) + 1)
    },
  }
}

function emptyTally(rules: readonly Rule[]) {
  const decisions: Decision[] = []
  const alerts: Alert[] = []
  return {
    arrived: new Map<string, number>(),
    rules: new Map(
      rules.map((rule): [string, RuleTally] => [rule.rule_id, { rule, evaluated: 0, passed: 0, alerts: 0 }]),
    ),
    windows: new Map<string, WindowTally>(),
    calls: 0,
    tokens: { input: 0, output: 0 },
    costUsd: 0,
    decisions,
    alerts,
  }
}

type Times = Pick<WindowTally, 'openedAtMs' | 'dueMs'>

function opened(rule: Rule, key: string, nowMs: number): Times {
  return { openedAtMs: nowMs, dueMs: dueAt(rule, key, { arrivedAtMs: nowMs, laneMs: nowMs }) ?? nowMs }
}

function timesOf({ openedAtMs, dueMs }: WindowTally): Times {
  return { openedAtMs, dueMs }
}

function settleWindow(windows: Map<string, WindowTally>, { rule_id, key, opened_at }: Decision): void {
  const window = windows.get(windowName(rule_id, key))
  // One that opened since is the next one.
  if (window?.openedAtMs !== Date.parse(opened_at)) return
  windows.set(windowName(rule_id, key), { ...window, decided: true })
}

function windowName(ruleId: string, key: string): string {
  return `${ruleId}|${key}`
}
