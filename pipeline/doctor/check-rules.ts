import type { Config } from '../../schemas/config.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { loadRules } from '../rule-files/load-rules.ts'
import type { Check } from './check.ts'

/** Whether the configured rules are right. */
export function checkRules(config: Config): readonly Check[] {
  const { rules, problems, files } = loadRules(config.rules, {
    ids: 'required',
    models: { configured: config.models },
  })
  if (problems.length > 0) {
    const found = problems.map(({ sourceLine: _sourceLine, ...problem }) => renderProblem(problem))
    return found.map(detail => ({ name: 'rules', status: 'failed', detail, fix: null }))
  }
  const enabled = rules.filter(rule => rule.enabled).length
  if (enabled === 0) {
    const detail = config.rules.length === 0 ? 'rules: is not set' : 'no rule is enabled'
    return [
      { name: 'rules', status: 'failed', detail, fix: 'name a file or a folder with rules under rules:' },
    ]
  }
  return [{ name: 'rules', status: 'ok', detail: `${enabled} enabled, in ${files.length} files`, fix: null }]
}
