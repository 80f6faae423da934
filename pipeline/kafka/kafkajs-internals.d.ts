/*
 * The parts of kafkajs 2.2.4 below its public interface that the adapters here stand on. The package has no `exports`
 * map and its version is pinned; the integration tests touch every member named here.
 */

declare module 'kafkajs/src/broker/index.js' {
  export interface FetchedMessage {
    readonly offset: string
    readonly timestamp: string
    readonly key: Buffer | null
    readonly value: Buffer | null
    readonly headers?: import('../../operators/lanes/lane.ts').LogHeaders
    isControlRecord?: boolean
    readonly batchContext?: {
      readonly firstOffset: string
      readonly lastOffsetDelta: number
      readonly producerId: string
      readonly inTransaction: boolean
    }
  }

  export interface FetchedPartition {
    readonly partition: number
    readonly highWatermark: string
    readonly lastStableOffset?: string
    abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null
    readonly messages: readonly FetchedMessage[]
  }

  export interface FetchRequest {
    readonly isolationLevel: number
    readonly maxWaitTime: number
    readonly minBytes: number
    readonly maxBytes: number
    readonly topics: readonly {
      readonly topic: string
      readonly partitions: readonly {
        readonly partition: number
        readonly fetchOffset: string
        readonly maxBytes: number
      }[]
    }[]
  }

  export interface FetchResponse {
    readonly responses: readonly {
      readonly topicName: string
      readonly partitions: readonly FetchedPartition[]
    }[]
  }

  interface MemberState {
    readonly groupId: string
    readonly memberId: string
  }

  export default class Broker {
    constructor(options: { readonly connectionPool: object; readonly logger: object })
    readonly lookupRequest: { readonly name: string }
    fetch: (request: FetchRequest) => Promise<FetchResponse>
    joinGroup: (
      request: MemberState & {
        readonly sessionTimeout: number
        readonly rebalanceTimeout: number
        readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[]
      },
    ) => Promise<{
      readonly generationId: number
      readonly leaderId: string
      readonly memberId: string
      readonly members: readonly { readonly memberId: string; readonly memberMetadata: Buffer }[]
    }>
    syncGroup: (
      request: MemberState & {
        readonly generationId: number
        readonly groupAssignment: readonly { readonly memberId: string; readonly memberAssignment: Buffer }[]
      },
    ) => Promise<{ readonly memberAssignment: Buffer }>
    metadata: (topics: readonly string[]) => Promise<{
      readonly topicMetadata: readonly {
        readonly topic: string
        readonly partitionMetadata: readonly { readonly partitionId: number }[]
      }[]
    }>
    heartbeat: (request: MemberState & { readonly groupGenerationId: number }) => Promise<unknown>
    leaveGroup: (request: MemberState) => Promise<unknown>
    offsetFetch: (request: {
      readonly groupId: string
      readonly topics: readonly {
        readonly topic: string
        readonly partitions: readonly { readonly partition: number }[]
      }[]
    }) => Promise<{
      readonly responses: readonly {
        readonly topic: string
        readonly partitions: readonly {
          readonly partition: number
          readonly offset: string
          readonly metadata: string | null
        }[]
      }[]
    }>
  }
}

declare module 'kafkajs/src/cluster/index.js' {
  import type Broker from 'kafkajs/src/broker/index.js'

  export interface ClusterOptions {
    readonly logger: import('kafkajs').Logger
    readonly socketFactory: unknown
    readonly brokers: readonly string[]
    readonly ssl?: unknown
    readonly sasl?: unknown
    readonly clientId: string
    readonly connectionTimeout: number
    readonly requestTimeout: number
    readonly enforceRequestTimeout: boolean
    readonly metadataMaxAge: number
    readonly retry: import('kafkajs').RetryOptions
    readonly allowAutoTopicCreation: boolean
    readonly isolationLevel: number
  }

  export interface CoordinatorQuery {
    readonly groupId: string
    /** 0 group, 1 transaction; given by transactions only. */
    readonly coordinatorType?: number
  }

  export type MetadataQuery = { readonly topics?: readonly string[] }

  export type OffsetQuery = { readonly fromBeginning: boolean } | { readonly fromTimestamp: number }

  export default class Cluster {
    constructor(options: ClusterOptions)
    /** Read by the transaction coordinator calls of producers, set by nobody. */
    retry?: import('kafkajs').RetryOptions
    connect(): Promise<void>
    disconnect(): Promise<void>
    addMultipleTargetTopics(topics: readonly string[]): Promise<void>
    metadata: (query?: MetadataQuery) => Promise<unknown>
    refreshMetadata(): Promise<void>
    refreshMetadataIfNecessary(): Promise<void>
    getNodeIds(): string[]
    findBroker(node: { readonly nodeId: string }): Promise<Broker>
    findGroupCoordinator: (group: CoordinatorQuery) => Promise<Broker>
    findTopicPartitionMetadata(topic: string): { readonly partitionId: number; readonly leader: number }[]
    fetchTopicsOffset(
      topics: readonly ({
        readonly topic: string
        readonly partitions: readonly { readonly partition: number }[]
      } & OffsetQuery)[],
    ): Promise<
      {
        readonly topic: string
        readonly partitions: { readonly partition: number; readonly offset: string }[]
      }[]
    >
  }
}

declare module 'kafkajs/src/protocol/requests/metadata/index.js' {
  export interface PartitionState {
    readonly partitionErrorCode: number
    readonly partitionId: number
    /** -1 where there is none. */
    readonly leader: number
  }

  export interface MetadataResponse {
    readonly brokers: readonly unknown[]
    readonly topicMetadata: readonly {
      readonly topicErrorCode: number
      readonly topic: string
      readonly partitionMetadata: readonly PartitionState[]
    }[]
  }

  interface Exchange {
    readonly request: unknown
    readonly response: {
      readonly decode: (raw: unknown) => Promise<MetadataResponse>
      readonly parse: (data: MetadataResponse) => Promise<MetadataResponse>
    }
  }

  const metadata: {
    protocol: (of: {
      readonly version: number
    }) => (fields: { readonly topics: readonly string[] }) => Exchange
  }
  export default metadata
}

declare module 'kafkajs/src/errors.js' {
  export { KafkaJSError, KafkaJSOffsetOutOfRange } from 'kafkajs'
}
