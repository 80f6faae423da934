import { Redis } from 'ioredis'

export interface RedisClientOptions {
  readonly url: string
  /** A connection failed or was lost; the next one is tried all the same. */
  readonly onError: (error: Error) => void
}

const CONNECT_TIMEOUT_MS = 2000
/** Longer than anything asked of it takes: a connection that is silent for so long while an answer is due is dead. */
const SILENT_MS_MAX = 10_000
const RETRY_MS_MAX = 500

/** One connection to Redis that comes back by itself, and that says at once when it cannot be used. */
export function redisClient({ url, onError }: RedisClientOptions): Redis {
  const client = new Redis(url, {
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENT_MS_MAX,
    // A call that waits for a connection, or is sent again on the next one, would come when nobody waits for it.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Apart by chance, so that not all workers come at once.
    retryStrategy: times => Math.min(20 * 2 ** times, RETRY_MS_MAX) * (0.5 + Math.random() / 2),
  })
  client.on('error', onError)
  return client
}
