import { stringify } from 'yaml'
import { printable } from '../../terminal/printable.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import { type RulesCommand, runOnRules } from './run-on-rules.ts'

export interface GetRuleOptions extends RulesCommand {
  readonly ruleId: string
}

/** `rules get`: one rule whole, as a file that `rules apply` takes. */
export function getRule(options: GetRuleOptions): Promise<number> {
  const { ruleId, json, terminal } = options
  return runOnRules(options, ({ using }) =>
    using(async access => {
      const rule = await access.get(ruleId)
      if (rule === undefined) {
        terminal.note(`no rule is named ${printable(ruleId)}`)
        return exitCode.failed
      }
      terminal.print(json ? JSON.stringify(rule) : stringify(rule, { lineWidth: 0 }).trimEnd())
      return exitCode.done
    }),
  )
}
