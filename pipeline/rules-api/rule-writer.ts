import type { RuleStore } from '../../operators/rules/rule-store.ts'
import { nextVersion } from '../../operators/rules/next-version.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Finding } from '../documents/finding.ts'
import { valueAt } from '../documents/value-at.ts'
import type { Answer } from '../http/http-route.ts'
import type { FieldProblem } from '../http/problem-document.ts'
import { changeRule, type Decided } from './change-rule.ts'
import { diffRules } from './diff-rules.ts'
import { fieldProblems } from './field-problems.ts'
import type { IfMatch } from './if-match.ts'
import { refusals } from './refusals.ts'
import { ruleAnswers } from './rule-answers.ts'
import type { WriteRequest } from './write-request.ts'

type Checked = { readonly rule: Rule | undefined; readonly findings: readonly Finding[] }

export interface RuleWriterOptions {
  readonly store: RuleStore
  /** The value as a rule, with its defaults; or everything that is wrong with it. */
  readonly check: (value: unknown) => Checked
  /** What is doubtful about a rule that is right: told, and no reason to refuse it. */
  readonly warningsOf?: (rule: Rule) => readonly FieldProblem[]
  /** Which of a rule's own tests fail: they refuse a write unless it is forced. */
  readonly failingTests?: (rule: Rule) => Promise<readonly FieldProblem[]>
  readonly clock: { now(): number }
}

/** What a request makes of a rule. */
export type Wish =
  /** `fromRule`: it is made of the rule that is there, and another one would have made another. */
  | { readonly kind: 'value'; readonly value: unknown; readonly fromRule: boolean }
  /** Not checked: what a rule is must never hinder that it is disabled. */
  | { readonly kind: 'rule'; readonly rule: Rule }

/** Decides on changes of rules, and makes them. */
export class RuleWriter {
  private readonly options: RuleWriterOptions

  constructor(options: RuleWriterOptions) {
    this.options = options
  }

  /** A rule that is not there yet. */
  create(request: WriteRequest): Promise<Answer> {
    const wish: Wish = { kind: 'value', value: { rule_id: request.id, ...request.body }, fromRule: false }
    const decide = async (before: Rule | undefined): Promise<Decided> => {
      const decided = await this.decide(request, before, wish)
      const isTaken = before !== undefined && decided.kind === 'write'
      return isTaken ? refuse(refusals.exists(request.id)) : decided
    }
    return this.answer(request, decide, ruleAnswers.created)
  }

  /** A rule that is there, by what a request makes of it. */
  replace(request: WriteRequest, wishOf: (before: Rule) => Wish): Promise<Answer> {
    const decide = async (before: Rule | undefined): Promise<Decided> => {
      if (before === undefined) return refuse(refusals.unknown(request.id))
      const refused = otherVersion(before, request.versions)
      return refused === null ? this.decide(request, before, wishOf(before)) : refuse(refused)
    }
    return this.answer(request, decide, ruleAnswers.found)
  }

  async remove(id: string, versions: IfMatch): Promise<Answer> {
    const decide = (before: Rule | undefined): Promise<Decided> => {
      const refused = before === undefined ? refusals.unknown(id) : otherVersion(before, versions)
      return Promise.resolve(refused === null ? { kind: 'write', rule: null } : refuse(refused))
    }
    const decided = await changeRule(this.options.store, { id, decide })
    return decided.kind === 'refuse' ? decided.answer : ruleAnswers.gone
  }

  private async answer(
    { id, isDryRun }: WriteRequest,
    decide: (before: Rule | undefined) => Promise<Decided>,
    written: (rule: Rule) => Answer,
  ): Promise<Answer> {
    const { store, warningsOf = () => [] } = this.options
    const before = store.rules.get(id)
    const decided = isDryRun ? await decide(before) : await changeRule(store, { id, decide })
    if (decided.kind === 'refuse') return decided.answer
    const { rule } = decided
    if (rule === null) return ruleAnswers.gone
    if (!isDryRun) return written(rule)
    return { status: 200, body: { rule, changes: diffRules(before, rule), warnings: warningsOf(rule) } }
  }

  private async decide(request: WriteRequest, before: Rule | undefined, wish: Wish): Promise<Decided> {
    const writtenAs = (rule: Rule): Decided => {
      const authorship = { by: 'api', atMs: this.options.clock.now() } as const
      return { kind: 'write', rule: nextVersion(rule, before, authorship) }
    }
    if (wish.kind === 'rule') return writtenAs(wish.rule)
    const refused = { kind: 'refuse', always: !wish.fromRule } as const
    const { rule, findings } = this.check(wish.value, request)
    if (rule === undefined) return { ...refused, answer: refusals.invalid(fieldProblems(findings)) }
    const failing = request.isForced ? [] : await this.failingTests(rule)
    return failing.length === 0 ? writtenAs(rule) : { ...refused, answer: refusals.failing(failing) }
  }

  private async failingTests(rule: Rule): Promise<readonly FieldProblem[]> {
    return (await this.options.failingTests?.(rule)) ?? []
  }

  private check(value: unknown, { id }: WriteRequest): Checked {
    const checked = this.options.check(value)
    const named = valueAt(value, ['rule_id'])
    if (typeof named !== 'string' || named === id) return checked
    const message = `must be ${id}, as in the address; it may be left out`
    return { rule: undefined, findings: [{ code: 'shape', path: ['rule_id'], message }, ...checked.findings] }
  }
}

function refuse(answer: Answer): Decided {
  return { kind: 'refuse', answer, always: false }
}

function otherVersion({ rule_id: id, metadata }: Rule, versions: IfMatch): Answer | null {
  const fits = versions === 'any' || versions.has(`"${metadata.version}"`)
  return fits ? null : refusals.otherVersion(id, metadata.version)
}
