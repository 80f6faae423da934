import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Draws } from './draws.ts'

export type Direction = 'to broker' | 'from broker'

/** What lies between the workers and one broker. */
export interface TcpProxy {
  readonly port: number
  leadTo(port: number): void
  /** Cuts this share of the connections. */
  cut(draws: Draws, share: number): void
  /** Refuses new connections from here on, or no longer. */
  refuse(refusing: boolean): void
  /** What this share of the connections carries in one direction waits; so do all new connections. */
  hold(direction: Direction, draws: Draws, share: number): void
  /** What was held flows again. */
  release(): void
  /** Every chunk takes so much longer from here on. */
  slow(delayMs: number): void
  close(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly upstream: Socket
  readonly flows: Readonly<Record<Direction, Flow>>
}

/** Listens on a free port; where it leads is told later. */
export async function tcpProxy(): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  const state = { target: 0, refusing: false, delayMs: 0, held: new Set<Direction>() }
  const server = createServer(client => {
    client.on('error', () => client.destroy())
    if (state.refusing || state.target === 0) {
      client.destroy()
      return
    }
    const pair = join(client, connect({ port: state.target, host: '127.0.0.1' }), () => state.delayMs)
    for (const direction of state.held) pair.flows[direction].hold()
    pairs.add(pair)
    client.once('close', () => pairs.delete(pair))
  })
  const port = await listen(server)
  const some = (draws: Draws, share: number): Pair[] => [...pairs].filter(() => draws.chance(share))
  return {
    port,
    leadTo: target => (state.target = target),
    cut: (draws, share) => {
      some(draws, share).forEach(destroy)
    },
    refuse: refusing => (state.refusing = refusing),
    hold: (direction, draws, share) => {
      state.held.add(direction)
      for (const { flows } of some(draws, share)) flows[direction].hold()
    },
    release: () => {
      state.held.clear()
      for (const { flows } of pairs) for (const flow of Object.values(flows)) flow.release()
    },
    slow: delayMs => (state.delayMs = delayMs),
    close: () =>
      new Promise(resolve => {
        server.close(() => {
          resolve()
        })
        pairs.forEach(destroy)
      }),
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function join(client: Socket, upstream: Socket, delayMs: () => number): Pair {
  const flows = {
    'to broker': new Flow(client, upstream, delayMs),
    'from broker': new Flow(upstream, client, delayMs),
  }
  for (const socket of [client, upstream]) socket.setNoDelay(true)
  upstream.on('error', () => upstream.destroy())
  return { client, upstream, flows }
}

function destroy({ client, upstream }: Pair): void {
  client.destroy()
  upstream.destroy()
}

/** One direction of a connection. What its sender wrote before it went away still arrives, as on a real network. */
class Flow {
  private readonly from: Socket
  private readonly to: Socket
  private readonly delayMs: () => number
  private readonly waiting: { readonly chunk: Buffer; readonly dueMs: number }[] = []
  private held = false
  private ended = false
  private timer: NodeJS.Timeout | undefined

  constructor(from: Socket, to: Socket, delayMs: () => number) {
    this.from = from
    this.to = to
    this.delayMs = delayMs
    from.on('data', (chunk: Buffer) => {
      const dueMs = Math.max(this.waiting.at(-1)?.dueMs ?? 0, performance.now() + this.delayMs())
      this.waiting.push({ chunk, dueMs })
      this.pump()
    })
    from.once('close', () => {
      this.ended = true
      this.pump()
    })
    to.on('drain', () => from.resume())
  }

  hold(): void {
    this.held = true
    this.from.pause()
  }

  release(): void {
    if (!this.held) return
    this.held = false
    this.from.resume()
    this.pump()
  }

  private pump(): void {
    clearTimeout(this.timer)
    if (this.to.destroyed) {
      this.from.destroy()
      return
    }
    if (this.held) return
    const nowMs = performance.now()
    for (let next = this.waiting[0]; next !== undefined && next.dueMs <= nowMs; next = this.waiting[0]) {
      this.waiting.shift()
      if (!this.to.write(next.chunk)) this.from.pause()
    }
    const [next] = this.waiting
    if (next !== undefined) this.timer = setTimeout(() => this.pump(), next.dueMs - nowMs)
    else if (this.ended) this.to.end(() => this.to.destroy())
  }
}
