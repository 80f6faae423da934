const CAUSES_MAX = 10

/** The broker's error name (`MESSAGE_TOO_LARGE`, ...) of an error or of what caused it; undefined where no broker answered. */
export function kafkaErrorType(error: unknown): string | undefined {
  let current: unknown = error
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth++) {
    if ('type' in current && typeof current.type === 'string') return current.type
    current = current.cause
  }
  return undefined
}
