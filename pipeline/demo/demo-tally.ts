import type { WindowMode } from '../../operators/telemetry.ts'
import type { Alert } from '../../schemas/alert.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Rule } from '../../schemas/rule.ts'

/** What has happened in the demo so far. */
export interface DemoTally {
  /** Events that arrived, by their type. */
  readonly arrived: ReadonlyMap<string, number>
  /** In the order of the rules. */
  readonly rules: ReadonlyMap<string, Readonly<RuleTally>>
  /** The newest window of each (rule, key). */
  readonly windows: ReadonlyMap<string, WindowTally>
  readonly calls: number
  readonly tokens: { readonly input: number; readonly output: number }
  readonly costUsd: number
  /** In the order in which they were committed. */
  readonly decisions: readonly Decision[]
  readonly alerts: readonly Alert[]
}

export interface RuleTally {
  readonly rule: Rule
  /** Events of its types, and how many of them went on. */
  evaluated: number
  passed: number
  alerts: number
}

export interface WindowTally {
  readonly ruleId: string
  readonly key: string
  readonly mode: WindowMode
  readonly count: number
  readonly sizeMax: number | null
  readonly openedAtMs: number
  readonly dueMs: number
  readonly decided: boolean
}
