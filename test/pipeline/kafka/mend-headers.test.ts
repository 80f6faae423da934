import Decoder from 'kafkajs/src/protocol/decoder.js'
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js'
import encodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/index.js'
import { describe, expect, test } from 'vitest'
import { mendKafkajs } from '../../../pipeline/kafka/mend-kafkajs.ts'
import { writtenHeaders } from '../../../pipeline/kafka/written-headers.ts'
import type { LogHeaders } from '../../../operators/lanes/lane.ts'

mendKafkajs()

function writtenAndRead(headers: LogHeaders): LogHeaders {
  const record = { key: Buffer.from('k'), value: null, headers: writtenHeaders(headers) }
  const decoder = new Decoder(encodeRecord(record).buffer)
  // Its length, which the decoder of a batch takes off before.
  decoder.readVarInt()
  return decodeRecord(decoder, { firstOffset: '0', firstTimestamp: '0' }).headers
}

describe('headers of a record', () => {
  test('keep a value that is null, alone and among others, and one that is empty', () => {
    const headers = { nothing: null, empty: Buffer.alloc(0), several: [null, Buffer.from([0, 255]), null] }
    expect(writtenAndRead(headers)).toEqual(headers)
  })

  test('may be named as what every object of the language has', () => {
    const headers = Object.fromEntries(
      ['constructor', '__proto__', 'toString'].map(name => [name, Buffer.from(name)]),
    )
    expect(Object.entries(writtenAndRead(headers))).toEqual(Object.entries(headers))
  })

  test('keep every value of a name that comes several times, in order', () => {
    const headers = { trace: ['a', 'b', 'a'].map(text => Buffer.from(text)), other: Buffer.from('x') }
    expect(writtenAndRead(headers)).toEqual(headers)
  })

  test('may be none', () => {
    expect(writtenAndRead({})).toEqual({})
  })
})
