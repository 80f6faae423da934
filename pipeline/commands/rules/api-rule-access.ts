import type { RuleWrite } from '../../../operators/rules/rule-store.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { type Rule, ruleSchema } from '../../../schemas/rule.ts'
import { askAll } from '../../http-client/ask-all.ts'
import type { ApiQuestion, AskApi } from '../../http-client/ask-api.ts'
import { diffRules } from '../../rules-api/diff-rules.ts'
import type { HowToWrite, PlannedChange, RuleAccess } from './rule-access.ts'

/** By the API of a running process, which makes one change after the other. */
export function apiRuleAccess(ask: AskApi): RuleAccess {
  const write = async (change: PlannedChange, how: HowToWrite): Promise<RuleWrite> => {
    const rule = await ask(questionOf(change, how))
    return { ruleId: change.ruleId, rule: rule === null ? null : ruleOf(rule) }
  }
  return {
    all: async () => (await askAll(ask, '/rules')).map(ruleOf),
    get: async ruleId => {
      const rule = await ask({ path: pathOf(ruleId), orNull: true })
      return rule === null ? undefined : ruleOf(rule)
    },
    write: async (changes, how = { isForced: false }) => {
      const written: RuleWrite[] = []
      for (const change of changes) {
        try {
          written.push(await write(change, how))
        } catch (error) {
          throw told(error, { change, done: written.length, of: changes.length })
        }
      }
      return written
    },
  }
}

function questionOf({ ruleId, before, after }: PlannedChange, { isForced }: HowToWrite): ApiQuestion {
  const query = isForced ? '?force=true' : ''
  if (before === undefined) return { method: 'POST', path: `/rules${query}`, body: after }
  const ifMatch = `"${before.metadata.version}"`
  const path = pathOf(ruleId)
  if (after === null) return { method: 'DELETE', path, ifMatch }
  const [first, second] = diffRules(before, after)
  if (first?.path === 'enabled' && second === undefined)
    return { method: 'PATCH', path: `${path}/status`, body: { enabled: after.enabled }, ifMatch }
  return { method: 'PUT', path: `${path}${query}`, body: after, ifMatch }
}

function pathOf(ruleId: string): string {
  return `/rules/${encodeURIComponent(ruleId)}`
}

function ruleOf(value: unknown): Rule {
  const parsed = ruleSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const message = 'the process there has rules that this version cannot read: use the version of that process'
  throw new PipelineError('api_failed', message, { cause: parsed.error })
}

interface Progress {
  readonly change: PlannedChange
  readonly done: number
  readonly of: number
}

function told(error: unknown, { change, done, of }: Progress): unknown {
  if (!(error instanceof PipelineError)) return error
  const before = done === 0 ? 'nothing was written' : `${done} of ${of} were written before`
  return new PipelineError(error.code, `${change.ruleId}: ${error.message}\n${before}`, { cause: error })
}
