import type { Config, RemoteModelConfig } from '../../schemas/config.ts'

/** The keys that are set, accepted and without effect in this version, so that nobody relies on them unawares. */
export function ineffectiveKeys(config: Config): readonly string[] {
  return [
    ...(config.schema_registry === undefined ? [] : ['schema_registry']),
    ...(config.redis === undefined ? [] : ['redis']),
    ...(Object.keys(config.channels).length === 0 ? [] : ['channels']),
    ...(config.http.api_keys.length === 0 ? [] : ['http.api_keys']),
    ...Object.entries(config.models ?? {}).flatMap(([name, model]) => ofModel(`models.${name}`, model)),
  ]
}

function ofModel(path: string, model: NonNullable<Config['models']>[string] | string): readonly string[] {
  if (typeof model === 'string') return []
  if (model.provider === 'llama') return [path]
  const fallback = model.fallback === undefined || model.fallback.length === 0 ? [] : [`${path}.fallback`]
  return [...unusedLimits(model).map(limit => `${path}.limits.${limit}`), ...fallback]
}

function unusedLimits(model: RemoteModelConfig): readonly string[] {
  const unused = ['tokens_per_minute', 'requests_per_day', 'tokens_per_day'] as const
  return unused.filter(limit => model.limits[limit] !== null)
}
