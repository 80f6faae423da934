/** The settings in a change: other programs write `error_rate`, code in this process `errorRate`. */
export function readChange(change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  return Object.fromEntries(
    Object.entries(change).map(([key, value]: [string, unknown]) => [camelCase(key), value]),
  )
}

function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase())
}
