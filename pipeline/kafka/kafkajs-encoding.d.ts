/* The parts of kafkajs 2.2.4 that write and read the bytes of records; see kafkajs-internals.d.ts. */

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    constructor(initialSize?: number)
    readonly buffer: Buffer
    writeInt32(value: number): this
    writeString(value: string): this
    writeBytes(value: Buffer | string): this
    writeVarIntBytes: (value: Buffer | string | null) => Encoder
    buf: Buffer
    readonly offset: number
    ensureAvailable: (length: number) => void
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export interface HeaderEntry {
    readonly key: string
    readonly value: Buffer | null
  }

  export default class Decoder {
    constructor(buffer: Buffer)
    /** Read by nothing but the headers of a record, which folds the array with `reduce`. */
    readVarInt(): number
    readVarIntArray: (read: (decoder: Decoder) => HeaderEntry) => HeaderEntry[]
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js'

  export default function decodeRecord(
    decoder: Decoder,
    batch: { readonly firstOffset: string; readonly firstTimestamp: string },
  ): { readonly headers: import('../../operators/lanes/lane.ts').LogHeaders }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js'
  import type { IHeaders } from 'kafkajs'

  export default function encodeRecord(record: {
    readonly key: Buffer | null
    readonly value: Buffer | null
    readonly headers: IHeaders
  }): Encoder
}

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  type Codec = () => { readonly decompress: (packed: Buffer) => Promise<Buffer> }

  const compression: {
    readonly Types: { readonly GZIP: 1; readonly Snappy: 2; readonly LZ4: 3; readonly ZSTD: 4 }
    readonly Codecs: Record<1 | 2 | 3 | 4, Codec>
  }
  export default compression
}
