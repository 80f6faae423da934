import type { Config } from '../../schemas/config.ts'

/** The keys that are set, accepted and without effect in this version, so that nobody relies on them unawares. */
export function ineffectiveKeys(config: Config): readonly string[] {
  return [
    ...(config.schema_registry === undefined ? [] : ['schema_registry']),
    ...(Object.keys(config.channels).length === 0 ? [] : ['channels']),
    ...Object.entries(config.models ?? {}).flatMap(([name, model]) => ofModel(`models.${name}`, model)),
  ]
}

function ofModel(path: string, model: NonNullable<Config['models']>[string] | string): readonly string[] {
  if (typeof model === 'string') return []
  return model.provider === 'llama' ? [path] : []
}
