import { gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import compression from 'kafkajs/src/protocol/message/compression/index.js'
import { compressFrameSync } from 'lz4-napi'
import { compressSync } from 'snappy'
import { describe, expect, test } from 'vitest'
import { type Unpack, unpackers } from '../../../../pipeline/kafka/compression/unpackers.ts'
import { UNPACKED_BYTES_MAX } from '../../../../pipeline/kafka/compression/unpacked-bytes-max.ts'

const { Types } = compression

type Pack = (bytes: Buffer) => Buffer

/** As Java writes it: a header, and blocks of 32 KiB with their lengths. */
const snappyStream: Pack = bytes => {
  const parts: Buffer[] = [Buffer.from('\u0082SNAPPY\0\0\0\0\u0001\0\0\0\u0001', 'latin1')]
  for (let at = 0; at < bytes.length; at += 32_768) {
    const block = compressSync(bytes.subarray(at, at + 32_768))
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    parts.push(length, block)
  }
  return Buffer.concat(parts)
}

const codecs = [
  { name: 'gzip', type: Types.GZIP, pack: gzipSync },
  { name: 'snappy', type: Types.Snappy, pack: (bytes: Buffer) => compressSync(bytes) },
  { name: 'snappy of Java', type: Types.Snappy, pack: snappyStream },
  { name: 'lz4', type: Types.LZ4, pack: (bytes: Buffer) => compressFrameSync(bytes) },
  {
    name: 'lz4 with checksums',
    type: Types.LZ4,
    pack: (bytes: Buffer) => compressFrameSync(bytes, { contentChecksum: true, blockChecksums: true }),
  },
  { name: 'zstd', type: Types.ZSTD, pack: zstdCompressSync },
] satisfies readonly { name: string; type: number; pack: Pack }[]

describe.each(codecs)('$name', ({ type, pack }) => {
  const unpack: Unpack = unpackers.find(([found]) => found === type)?.[1] ?? expect.unreachable()

  test('gives back what was packed', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (made, times) => {
        const bytes = Buffer.concat(Array.from({ length: times }, () => made).flat())
        expect((await unpack(pack(bytes))).equals(bytes)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('refuses what is cut off, or would unpack to too much', async () => {
    const packed = pack(Buffer.from('a batch of records, a batch of records. '.repeat(5000)))
    await expect(unpack(packed.subarray(0, -20))).rejects.toThrow()
    await expect(unpack(pack(Buffer.alloc(UNPACKED_BYTES_MAX + 65_536)))).rejects.toThrow()
    expect(await unpack(pack(Buffer.alloc(1024 * 1024)))).toHaveLength(1024 * 1024)
  })
})
