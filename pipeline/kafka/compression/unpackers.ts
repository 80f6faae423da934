import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import compression from 'kafkajs/src/protocol/message/compression/index.js'
import { unpackLz4 } from './unpack-lz4.ts'
import { unpackSnappy } from './unpack-snappy.ts'
import { UNPACKED_BYTES_MAX } from './unpacked-bytes-max.ts'

const [gunzipped, zstdUnpacked] = [promisify(gunzip), promisify(zstdDecompress)]
const bound = { maxOutputLength: UNPACKED_BYTES_MAX }

/** Unpacks a batch of records; fails where it is damaged, or would be larger than `UNPACKED_BYTES_MAX`. */
export type Unpack = (packed: Buffer) => Promise<Buffer>

const { GZIP, Snappy, LZ4, ZSTD } = compression.Types

/** Every compression that producers and brokers use. */
export const unpackers: readonly (readonly [1 | 2 | 3 | 4, Unpack])[] = [
  [GZIP, packed => gunzipped(packed, bound)],
  [Snappy, unpackSnappy],
  [LZ4, unpackLz4],
  [ZSTD, packed => zstdUnpacked(packed, bound)],
]
