import { randomUUID } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Redis, Result } from 'ioredis'
import type { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { quotaScript } from '../../../pipeline/redis/quota-script.ts'
import { quotaParts } from '../../../pipeline/redis/run-quota-script.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** The script of the quota, at the time that is its last argument. */
    clockedQuota(...keysCallAndTime: string[]): Result<string, Context>
  }
}

/** One worker's way to Redis. */
export interface Line {
  readonly run: (call: string) => Promise<string>
  /** Calls are lost, those that hang too. */
  cut(): void
  /** Calls arrive when it is mended. */
  hang(): void
  mend(): void
}

export interface ClockedRedis {
  readonly keys: readonly string[]
  connect(): Line
  /** Redis has lost all that it knew. */
  wipe(): Promise<void>
  /** Moves the clock, and waits at each timer until nothing is under way to or from Redis. */
  advanceTo(timeMs: number): Promise<void>
}

const timeOfRedis = `redis.call('TIME')`
const timeOfTest = `{ math.floor(tonumber(ARGV[2]) / 1000), tonumber(ARGV[2]) % 1000 * 1000 }`
// Far off, since no clock but that of Redis may count.
const AHEAD_MS = 123_456_789

/** The shared state of one quota in a real Redis, by the very script, but at the time of a driven clock. */
export function clockedRedis(redis: Redis, clock: DrivenClock): ClockedRedis {
  if (quotaScript.split(timeOfRedis).length !== 2)
    throw new Error('the script asks for the time not just once')
  const scope = randomUUID()
  const keys = quotaParts.map(part => `{${scope}}:${part}`)
  redis.defineCommand('clockedQuota', {
    lua: quotaScript.replace(timeOfRedis, timeOfTest),
    numberOfKeys: keys.length,
  })
  let underWay = 0
  const run = async (call: string) => {
    underWay++
    try {
      return await redis.clockedQuota(...keys, call, String(clock.now() + AHEAD_MS))
    } finally {
      underWay--
    }
  }
  const settle = async () => {
    // What follows an answer is a matter of microtasks, and may be another call.
    do await turn()
    while (underWay > 0)
  }
  return {
    keys,
    connect: () => line(run),
    async wipe() {
      await redis.del(...keys)
    },
    async advanceTo(timeMs) {
      await settle()
      for (let next = clock.nextTimerMs; next !== null && next <= timeMs; next = clock.nextTimerMs) {
        clock.advanceTo(next)
        await settle()
      }
      clock.advanceTo(timeMs)
    },
  }
}

function line(run: Line['run']): Line {
  let state: 'up' | 'cut' | 'hanging' = 'up'
  let hanging: { go(): void; lose(): void }[] = []
  const empty = () => {
    const all = hanging
    hanging = []
    return all
  }
  return {
    run: call => {
      if (state === 'up') return run(call)
      if (state === 'cut') return Promise.reject(new Error('the line is cut'))
      return new Promise((resolve, reject) => {
        hanging.push({
          go: () => void run(call).then(resolve, reject),
          lose: () => reject(new Error('the line is cut')),
        })
      })
    },
    cut() {
      state = 'cut'
      for (const call of empty()) call.lose()
    },
    hang() {
      state = 'hanging'
    },
    mend() {
      state = 'up'
      for (const call of empty()) call.go()
    },
  }
}
