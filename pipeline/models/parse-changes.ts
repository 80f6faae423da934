import { PipelineError } from '../../schemas/failure.ts'

type Changes = Readonly<Record<string, unknown>>

/** Makes a merge patch of changes such as `limits.requests_per_minute=240`; nothing after the sign takes one back. */
export function parseChanges(changes: readonly string[]): Changes {
  return nested(changes.map(parseChange))
}

interface Change {
  readonly path: readonly string[]
  readonly value: unknown
}

function parseChange(change: string): Change {
  const [, key, value] = /^([\w.]+)=(.*)$/.exec(change) ?? []
  if (key === undefined || value === undefined)
    throw new PipelineError('config_invalid', `${change}: no change such as max_retries=5 or max_retries=`)
  return { path: key.split('.'), value: valueOf(value) }
}

function valueOf(text: string): unknown {
  if (text === '') return null
  const number = Number(text)
  // What is no number is told so by whoever checks it, who also knows which words there are.
  return Number.isFinite(number) && text.trim() !== '' ? number : text
}

function nested(changes: readonly Change[]): Changes {
  const byKey = Map.groupBy(changes, ({ path }) => path[0] ?? '')
  return Object.fromEntries(
    [...byKey].map(([key, ofKey]) => {
      const below = ofKey.filter(({ path }) => path.length > 1)
      const inner = below.map(({ path, value }) => ({ path: path.slice(1), value }))
      return [key, below.length > 0 ? nested(inner) : ofKey.at(-1)?.value]
    }),
  )
}
