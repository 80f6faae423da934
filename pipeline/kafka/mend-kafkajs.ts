import Broker from 'kafkajs/src/broker/index.js'
import type { FetchRequest, FetchResponse } from 'kafkajs/src/broker/index.js'
import Cluster from 'kafkajs/src/cluster/index.js'
import type { CoordinatorQuery, MetadataQuery } from 'kafkajs/src/cluster/index.js'
import { KafkaJSError } from 'kafkajs/src/errors.js'
import Decoder, { type HeaderEntry } from 'kafkajs/src/protocol/decoder.js'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import metadata from 'kafkajs/src/protocol/requests/metadata/index.js'
import type { MetadataResponse } from 'kafkajs/src/protocol/requests/metadata/index.js'
import Connection from 'kafkajs/src/network/connection.js'
import compression from 'kafkajs/src/protocol/message/compression/index.js'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import type { HeaderValue, LogHeaders } from '../../operators/lanes/lane.ts'
import { unpackers } from './compression/unpackers.ts'
import { markAbortedRecords } from './mark-aborted-records.ts'
import { nullHeader } from './written-headers.ts'

const COORDINATOR_MS_MAX = 1000
let mended = false

/**
 * Mends kafkajs 2.2.4 in this process, once: aborted records that are delivered, a timer that fires every millisecond for
 * an idle connection, fences that always wait 300 ms behind an open transaction, transactions that look for their coordinator
 * before each of their requests, headers that it cannot write or read, metadata that are refused whole for one partition
 * without a leader, outages that look like bugs, connections that go on with bytes of the one before, and batches in a compression that it does
 * not read.
 */
export function mendKafkajs(): void {
  if (mended) return
  mended = true
  mendFetch()
  mendIdleTimer()
  mendCoordinatorLookups()
  mendEncoder()
  mendHeaders()
  mendMetadata()
  mendAbsentMetadata()
  mendUnconnectedMetadata()
  mendReconnecting()
  mendCompression()
  // kafkajs reads this where it retries InitProducerId, and never sets it, so that its default of 300 ms applies.
  Cluster.prototype.retry = { initialRetryTime: 20, maxRetryTime: 500, retries: 10 }
}

/** It has gzip alone, without a bound, and a batch in another ends its consumer. What this program writes is not compressed by it. */
function mendCompression(): void {
  for (const [type, decompress] of unpackers) compression.Codecs[type] = () => ({ decompress })
}

function mendFetch(): void {
  const { fetch } = Broker.prototype
  Broker.prototype.fetch = async function (this: Broker, request: FetchRequest): Promise<FetchResponse> {
    const response = await fetch.call(this, request)
    for (const { partitions } of response.responses) partitions.forEach(markAbortedRecords)
    return response
  }
}

/** What is written over in the next moment need not be zeroed first: with records of a kilobyte that was a third of encoding. */
function mendEncoder(): void {
  Encoder.prototype.ensureAvailable = function (this: Encoder, length: number): void {
    const needed = this.offset + length
    if (needed <= this.buf.length) return
    const grown = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(needed + 1)))
    this.buf.copy(grown, 0, 0, this.offset)
    this.buf = grown
  }
}

/** A header without a value cannot be written, and one that is named `constructor` is read as a function of the language. */
function mendHeaders(): void {
  const { writeVarIntBytes } = Encoder.prototype
  Encoder.prototype.writeVarIntBytes = function (this: Encoder, value: Buffer | string | null): Encoder {
    return writeVarIntBytes.call(this, value === nullHeader ? null : value)
  }
  const { readVarIntArray } = Decoder.prototype
  Decoder.prototype.readVarIntArray = function (this: Decoder, read): HeaderEntry[] {
    const entries = readVarIntArray.call(this, read)
    return Object.assign(entries, { reduce: () => headersOf(entries) })
  }
}

function headersOf(entries: readonly HeaderEntry[]): LogHeaders {
  if (entries.length === 0) return {}
  const values = new Map<string, HeaderValue | HeaderValue[]>()
  for (const { key, value } of entries) {
    const known = values.get(key)
    values.set(key, known === undefined ? value : [known, value].flat())
  }
  return Object.fromEntries(values)
}

function mendIdleTimer(): void {
  const { scheduleCheckPendingRequests } = RequestQueue.prototype
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    // A check is needed only while requests wait; whoever adds one schedules it.
    if (this.pending.length > 0) scheduleCheckPendingRequests.call(this)
  }
}

// LEADER_NOT_AVAILABLE, LISTENER_NOT_FOUND: the broker names -1 for the leader then.
const leaderless = new Set([5, 72])

/** One partition whose brokers are all away concerns its own lane; without this no partition of the stage has a leader. */
function mendMetadata(): void {
  const { protocol } = metadata
  metadata.protocol = of => {
    const exchangeOf = protocol(of)
    return fields => {
      const { request, response } = exchangeOf(fields)
      return { request, response: { ...response, parse: data => response.parse(withLeaderless(data)) } }
    }
  }
}

function withLeaderless({ topicMetadata, ...data }: MetadataResponse): MetadataResponse {
  return {
    ...data,
    topicMetadata: topicMetadata.map(({ partitionMetadata, ...topic }) => ({
      ...topic,
      partitionMetadata: partitionMetadata.map(partition =>
        leaderless.has(partition.partitionErrorCode) ? { ...partition, partitionErrorCode: 0 } : partition,
      ),
    })),
  }
}

/**
 * Where every broker that it knows fails to answer, kafkajs finds `null` instead of an error, and its admin takes that apart: a
 * TypeError, which is a bug for whoever classifies it, and ended the process.
 */
function mendAbsentMetadata(): void {
  const { metadata } = Cluster.prototype
  Cluster.prototype.metadata = async function (this: Cluster, query?: MetadataQuery): Promise<unknown> {
    const found = await metadata.call(this, query)
    if (found === null) throw new KafkaJSError('no broker has answered with metadata')
    return found
  }
}

/**
 * A broker that is asked before its connection stands, because another call has just closed it, says so by a plain Error: again
 * a bug for whoever classifies it. kafkajs tells the two states apart by the function that looks requests up.
 */
function mendUnconnectedMetadata(): void {
  const { metadata } = Broker.prototype
  Broker.prototype.metadata = async function (this: Broker, topics) {
    if (this.lookupRequest.name === 'notInitializedLookup') {
      throw new KafkaJSError('the broker is not connected yet')
    }
    return await metadata.call(this, topics)
  }
}

const SIZE_BYTES = 4

/**
 * A connection that closes in the middle of an answer keeps the half that has come, and takes what the next one brings for the
 * other half: an error in the middle of its socket, which ended the process. Two that connect it at once make two
 * sockets, whose answers are put together in the same way.
 */
function mendReconnecting(): void {
  const { connect, disconnect } = Connection.prototype
  const begun = new WeakMap<Connection, { connected: Promise<boolean>; untilMs: number }>()
  Connection.prototype.connect = function (this: Connection): Promise<boolean> {
    if (this.isConnected()) return connect.call(this)
    const other = begun.get(this)
    if (other !== undefined && other.untilMs > performance.now()) return other.connected
    this.socket?.removeAllListeners('data').destroy()
    this.chunks = []
    this.bytesBuffered = 0
    this.bytesNeeded = SIZE_BYTES
    const connected = connect.call(this).finally(() => begun.delete(this))
    // Where its socket ends while it connects, it neither succeeds nor fails.
    begun.set(this, { connected, untilMs: performance.now() + this.connectionTimeout })
    return connected
  }
  Connection.prototype.disconnect = function (this: Connection): Promise<boolean> {
    // Each time it lets go of the socket, which while that connects adds a listener: in an outage Node would warn of a leak.
    this.socket?.setMaxListeners(0)
    return disconnect.call(this)
  }
}

interface KnownCoordinator {
  readonly broker: Promise<Broker>
  readonly untilMs: number
}

// Half of the requests of a transaction are these lookups. A coordinator that has moved is found after a second.
function mendCoordinatorLookups(): void {
  const { findGroupCoordinator } = Cluster.prototype
  const knownBy = new WeakMap<Cluster, Map<string, KnownCoordinator>>()
  Cluster.prototype.findGroupCoordinator = function (
    this: Cluster,
    query: CoordinatorQuery,
  ): Promise<Broker> {
    if (query.coordinatorType === undefined) return findGroupCoordinator.call(this, query)
    // One entry for each transactional id and group of a producer: two.
    const known = knownBy.get(this) ?? new Map<string, KnownCoordinator>()
    knownBy.set(this, known)
    const name = `${query.coordinatorType}/${query.groupId}`
    const found = known.get(name)
    if (found !== undefined && found.untilMs > performance.now()) return found.broker
    const broker = findGroupCoordinator.call(this, query)
    known.set(name, { broker, untilMs: performance.now() + COORDINATOR_MS_MAX })
    broker.catch(() => known.delete(name))
    return broker
  }
}
