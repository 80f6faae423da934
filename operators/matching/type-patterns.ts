/** What stands for a pattern of event types. */
export interface TypePattern<P> {
  /** The next wider pattern that covers the same types. */
  wider: P | undefined
}

/**
 * Finds the patterns that cover an event type: the type itself, prefixes with `.*`, and `*`.
 *
 * There is one for each pattern that was named, and none for types that come in with events: few wide patterns beside
 * many types, or the other way round, take no more room than others.
 */
export class TypePatterns<P extends TypePattern<P>> {
  private readonly exact = new Map<string, P>()
  /** Without their `.*`; `*` alone is the empty prefix. */
  private readonly prefixes = new Map<string, P>()
  private longestPrefix = 0
  private readonly create: () => P

  constructor(create: () => P) {
    this.create = create
  }

  /** What stands for the named patterns; of two of which one covers the other only that, so that no type has two of them. */
  named(eventTypes: readonly string[]): readonly P[] {
    return withoutCovered(eventTypes).map(eventType => {
      const prefix = prefixOf(eventType)
      if (prefix === undefined) return this.known(this.exact, eventType)
      this.longestPrefix = Math.max(this.longestPrefix, prefix.length)
      return this.known(this.prefixes, prefix)
    })
  }

  /** All patterns, once all are named; each gets its wider one on the way. */
  *connected(): Generator<P> {
    for (const [type, pattern] of this.exact) {
      pattern.wider = this.nearestPrefix(type)
      yield pattern
    }
    for (const [prefix, pattern] of this.prefixes) {
      pattern.wider = prefix === '' ? undefined : this.nearestPrefix(prefix)
      yield pattern
    }
  }

  /** The narrowest pattern that covers a type. */
  narrowest(eventType: string): P | undefined {
    return this.exact.get(eventType) ?? this.nearestPrefix(eventType)
  }

  private known(patterns: Map<string, P>, name: string): P {
    const known = patterns.get(name)
    if (known !== undefined) return known
    const pattern = this.create()
    patterns.set(name, pattern)
    return pattern
  }

  private nearestPrefix(name: string): P | undefined {
    for (let end = dotBefore(name, this.longestPrefix); end > 0; end = dotBefore(name, end - 1)) {
      const found = this.prefixes.get(name.slice(0, end))
      if (found !== undefined) return found
    }
    return this.prefixes.get('')
  }
}

function dotBefore(name: string, from: number): number {
  return name.lastIndexOf('.', from)
}

function prefixOf(eventType: string): string | undefined {
  if (eventType === '*') return ''
  return eventType.endsWith('.*') ? eventType.slice(0, -2) : undefined
}

function withoutCovered(eventTypes: readonly string[]): readonly string[] {
  if (eventTypes.length === 1) return eventTypes
  const prefixes = new Set(eventTypes.map(prefixOf))
  const isCovered = (eventType: string): boolean => {
    const name = prefixOf(eventType) ?? eventType
    for (let end = dotBefore(name, Infinity); end > 0; end = dotBefore(name, end - 1)) {
      if (prefixes.has(name.slice(0, end))) return true
    }
    return prefixes.has('') && prefixOf(eventType) !== ''
  }
  return [...new Set(eventTypes)].filter(eventType => !isCovered(eventType))
}
