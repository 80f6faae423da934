import type { IHeaders } from 'kafkajs'
import type { HeaderValue, LogHeaders } from '../../operators/lanes/lane.ts'

/** Stands for a header without a value: kafkajs cannot take the size of `null`, and this one is as long on the wire. */
export const nullHeader = Buffer.alloc(0)

/** Headers as the mended kafkajs writes them. */
export function writtenHeaders(headers: LogHeaders): IHeaders {
  const written = (value: HeaderValue) => value ?? nullHeader
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(written) : value === undefined ? undefined : written(value),
    ]),
  )
}
