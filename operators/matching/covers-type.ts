/** Whether a pattern of a rule's `event_types` covers an event type: the type itself, a prefix with `.*`, or `*`. */
export function coversType(pattern: string, eventType: string): boolean {
  if (pattern === eventType || pattern === '*') return true
  return pattern.endsWith('.*') && eventType.startsWith(pattern.slice(0, -1))
}
