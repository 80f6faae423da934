/* The connections of kafkajs 2.2.4 below its public interface: see kafkajs-internals.d.ts. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export interface QueuedRequest {
    readonly entry: {
      readonly correlationId: number
      readonly apiKey: number
      readonly apiName: string
      readonly apiVersion: number
      readonly resolve: (value: unknown) => void
      readonly reject: (error: unknown) => void
    }
    readonly expectResponse: boolean
    readonly sendRequest: () => void
  }

  export default class RequestQueue {
    constructor(options: {
      readonly maxInFlightRequests: number
      readonly requestTimeout: number
      readonly clientId: string
      readonly broker: string
      readonly logger: import('kafkajs').Logger
      readonly isConnected: () => boolean
    })
    push(request: QueuedRequest): void
    fulfillRequest(response: {
      readonly correlationId: number
      readonly size: number
      readonly payload: unknown
    }): void
    readonly pending: readonly unknown[]
    scheduleCheckPendingRequests: () => void
  }
}

declare module 'kafkajs/src/network/connection.js' {
  export interface Exchanged<Answer> {
    readonly request: {
      readonly apiKey: number
      readonly apiName: string
      readonly apiVersion: number
      readonly encode: () => Promise<object>
    }
    readonly response: {
      readonly decode: (payload: Buffer) => Promise<Answer>
      readonly parse: (decoded: Answer) => Promise<unknown>
    }
  }

  export default class Connection {
    constructor(options: {
      readonly host: string
      readonly port: number
      readonly logger: object
      readonly socketFactory: import('kafkajs').ISocketFactory
      readonly requestTimeout: number
      readonly connectionTimeout: number
    })
    readonly connectionTimeout: number
    readonly socket?: import('node:net').Socket
    bytesBuffered: number
    bytesNeeded: number
    chunks: Buffer[]
    isConnected: () => boolean
    connect: () => Promise<boolean>
    disconnect: () => Promise<boolean>
    send: <Answer>(exchanged: Exchanged<Answer>) => Promise<Answer>
  }
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function createSocketFactory(): unknown
}

// From here, since the package's main file spreads the errors into its exports, where a module import cannot see them.
