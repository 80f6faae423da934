import type { z } from 'zod'
import { modelSettingsSchema, type ModelSettings, remoteModelSchema } from '../../schemas/model-config.ts'
import { describeIssue } from '../documents/describe-issue.ts'
import { knownKeys } from '../documents/known-keys.ts'
import { nearestName } from '../documents/nearest-name.ts'
import { valueAt } from '../documents/value-at.ts'
import { mergePatch } from '../http/merge-patch.ts'
import type { FieldProblem } from '../http/problem-document.ts'

export type PatchedSettings =
  | { readonly ok: true; readonly settings: ModelSettings }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] }

type Patch = Readonly<Record<string, unknown>>

/** What goes over the configuration when a merge patch is applied to what does so now; or everything that is wrong with it. */
export function patchSettings(settings: ModelSettings, patch: Patch): PatchedSettings {
  const merged = mergePatch(settings, patch)
  const parsed = modelSettingsSchema.safeParse(merged)
  // A key that is taken away is looked for in the patch: the merged has none of it.
  const unknown = (modelSettingsSchema.safeParse(patch).error?.issues ?? []).filter(isOfKeys)
  const wrong = (parsed.error?.issues ?? []).filter(issue => !isOfKeys(issue))
  if (parsed.success && unknown.length === 0) return { ok: true, settings: withoutEmptyLimits(parsed.data) }
  return {
    ok: false,
    problems: [
      ...unknown.flatMap(({ path, keys }) => keys.map(key => unknownKey(path, key))),
      ...wrong.map(issue => ({
        path: issue.path.join('.'),
        message: describeIssue(issue, valueAt(merged, issue.path)),
      })),
    ],
  }
}

function isOfKeys(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueUnrecognizedKeys {
  return issue.code === 'unrecognized_keys'
}

function unknownKey(path: readonly PropertyKey[], key: string): FieldProblem {
  const dotted = [...path, key].join('.')
  if (knownKeys(remoteModelSchema, path).includes(key))
    return { path: dotted, message: 'cannot be changed while it runs, only in the configuration' }
  const known = knownKeys(modelSettingsSchema, path)
  const meant = nearestName(key, known)
  const hint = meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`
  return { path: dotted, message: `is unknown; ${hint}` }
}

function withoutEmptyLimits({ limits, ...others }: ModelSettings): ModelSettings {
  return limits === undefined || Object.keys(limits).length === 0 ? others : { ...others, limits }
}
