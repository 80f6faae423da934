const envelopeFields = ['event_id', 'event_type', 'source', 'timestamp', 'context_key']

/** What is wrong with a field of `group_by`; undefined when it can be one. */
export function groupByProblem(field: string): string | undefined {
  if (field.startsWith('$')) {
    return `write it without $, such as ${field.replace(/^\$\.?/, '') || 'data.symbol'}`
  }
  const [first = '', ...rest] = field.split('.')
  if ([first, ...rest].some(isNoName)) {
    return 'must be a field such as data.symbol, or one of the event such as event_type'
  }
  return rest.length === 0 ? wholeProblem(first) : partProblem(first)
}

function isNoName(name: string): boolean {
  return name === '' || /[\s[\]()]/.test(name)
}

function wholeProblem(name: string): string | undefined {
  return name === 'data'
    ? 'is the whole data, which is no key; name a field of it, such as data.symbol'
    : undefined
}

function partProblem(first: string): string | undefined {
  return envelopeFields.includes(first) ? `${first} is one value, without fields of its own` : undefined
}
