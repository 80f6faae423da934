import { asyncScheduler, lastValueFrom } from 'rxjs'
import { answerSchema } from '../../operators/asking/answer-schema.ts'
import { estimateTokens } from '../../operators/asking/estimate-tokens.ts'
import type { ModelRequest } from '../../operators/asking/model.ts'
import { type ProbeFinding, probeLimits } from '../../operators/gateway/probing/probe-limits.ts'
import { suggestLimits, type SuggestedLimits } from '../../operators/gateway/probing/suggest-limits.ts'
import { costOf } from '../../operators/gateway/spending/cost-of.ts'
import type { RemoteModelConfig } from '../../schemas/model-config.ts'
import { loadConfig } from '../config/load-config.ts'
import { renderProblem } from '../documents/render-problem.ts'
import { callTermsOf } from '../models/call-terms-of.ts'
import { openaiModel } from '../openai/openai-model.ts'
import { exitCode } from '../terminal/exit-code.ts'
import { type ApiCommand, runOnApi } from './run-on-api.ts'

export interface ProbeModelOptions extends ApiCommand {
  readonly name: string
  /** Not to be asked whether it may spend something. */
  readonly yes: boolean
  readonly callsMax: number
  readonly seconds: number
  /** Sets what was found at the running process. */
  readonly apply: boolean
}

const question: ModelRequest = {
  messages: [{ role: 'user', content: 'Hi' }],
  answerSchema,
  outputTokensMax: 1,
}

/** `models probe`: what the limits of a model are, by its headers or by a few calls that come ever closer. */
export async function probeModel(options: ProbeModelOptions): Promise<number> {
  const { name, configPath, environment, terminal } = options
  const loaded = loadConfig({ path: configPath, environment })
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.note(renderProblem(problem))
    return exitCode.usage
  }
  const model = loaded.config.models?.[name]
  if (typeof model !== 'object' || model.provider !== 'openai') {
    terminal.note(`no model that can be asked is named ${name} in ${loaded.file}`)
    return exitCode.usage
  }
  if (!(await mayProbe(model, options))) return exitCode.usage
  const finding = await probe(model, options)
  const suggested = suggestLimits(finding)
  show(options, finding, suggested)
  return options.apply ? apply(options, suggested) : exitCode.done
}

async function mayProbe(model: RemoteModelConfig, options: ProbeModelOptions): Promise<boolean> {
  const { yes, callsMax, terminal } = options
  const input = callsMax * question.messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)
  const tokens = { input, output: callsMax * question.outputTokensMax }
  const { price } = callTermsOf(model)
  const cost = price === null ? '' : `, about $${costOf(price, tokens).toFixed(6)}`
  const spends = `at most ${callsMax} calls to ${model.model} at ${model.base_url}, from ${input} tokens on${cost}, of a quota that others may need`
  if (yes) return true
  const answer = await terminal.confirm(`This spends ${spends}. Go on?`)
  if (answer === null) terminal.note(`this spends ${spends}: say --yes if it may`)
  return answer === true
}

function probe(model: RemoteModelConfig, { callsMax, seconds }: ProbeModelOptions): Promise<ProbeFinding> {
  const ask = openaiModel({
    baseUrl: model.base_url,
    apiKey: model.api_key,
    model: model.model,
    timeoutMs: model.timeout_seconds * 1000,
  })
  const finding$ = probeLimits({
    ask: ask(question),
    callsMax,
    spanMs: seconds * 1000,
    clock: asyncScheduler,
  })
  return lastValueFrom(finding$)
}

function show(
  { name, json, apply, terminal }: ProbeModelOptions,
  finding: ProbeFinding,
  suggested: SuggestedLimits,
): void {
  if (json) {
    terminal.print(JSON.stringify({ model: name, ...suggested, finding }))
    return
  }
  terminal.print(`${name}: ${suggested.evidence}`)
  const found = Object.entries(suggested.limits)
  for (const [limit, value] of found) terminal.print(`  limits.${limit}: ${value}`)
  const changes = found.map(([limit, value]) => `limits.${limit}=${value}`).join(' ')
  if (!apply && found.length > 0)
    terminal.note(`nothing was changed; --apply sets it, or: llmtrigger models set ${name} ${changes}`)
}

function apply(options: ProbeModelOptions, { limits }: SuggestedLimits): Promise<number> | number {
  const { name, terminal } = options
  if (Object.keys(limits).length === 0) {
    terminal.note('there is nothing to set')
    return exitCode.done
  }
  return runOnApi(options, async ask => {
    await ask({ path: `/models/${encodeURIComponent(name)}`, method: 'PATCH', body: { limits } })
    terminal.note('set, and kept')
    return exitCode.done
  })
}
