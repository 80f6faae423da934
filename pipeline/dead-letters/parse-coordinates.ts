import { InvalidArgumentError } from 'commander'

/** Where a dead letter lies on the dead-letter topic. */
export interface LetterCoordinates {
  readonly partition: number
  readonly offset: number
}

/** Reads a `partition:offset` as `dead-letter list` shows it. */
export function parseCoordinates(text: string): LetterCoordinates {
  const [, partition, offset] = /^(\d{1,9}):(\d{1,15})$/.exec(text) ?? []
  if (partition === undefined || offset === undefined) {
    throw new InvalidArgumentError('It is the partition and the offset of a dead letter, such as 3:1042.')
  }
  return { partition: Number(partition), offset: Number(offset) }
}
