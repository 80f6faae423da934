import { InvalidArgumentError } from 'commander'

/** Makes the reader of a comma separated list; with `known`, nothing else may be named. */
export function parseNames(known?: readonly string[]): (list: string) => readonly string[] {
  return list => {
    const names = list.split(',').map(name => name.trim())
    if (names.includes('')) throw new InvalidArgumentError('A name in the list is empty.')
    const unknown = known === undefined ? [] : names.filter(name => !known.includes(name))
    if (unknown.length > 0) {
      throw new InvalidArgumentError(`Unknown: ${unknown.join(', ')}. There are ${known?.join(', ') ?? ''}.`)
    }
    return names
  }
}
