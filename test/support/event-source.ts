import { type IncomingMessage, request } from 'node:http'
import { waitFor } from './wait-for.ts'

export interface ServerEvent {
  readonly event?: string
  readonly id?: string
  readonly data?: string
  readonly retry?: string
  /** Of a comment. */
  readonly comment?: string
}

export interface EventSourceOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Takes what comes, and reads none of it until `read` is called. */
  readonly isSlow?: boolean
}

export interface ReadEventSource {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly events: readonly ServerEvent[]
  /** The data of the events of this name, parsed. */
  data(name: string): readonly Readonly<Record<string, unknown>>[]
  /** Whether the server has ended it, in order or not. */
  readonly end: 'open' | 'ended' | 'cut'
  read(): void
  until(condition: () => boolean, what: string): Promise<void>
  close(): void
}

/** A client of server-sent events, down to the socket. */
export async function eventSource(url: string, options: EventSourceOptions = {}): Promise<ReadEventSource> {
  const { headers = {}, isSlow = false } = options
  const asked = request(url, { headers })
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  asked.once('response', resolve).once('error', reject).end()
  const response = await promise
  const events: ServerEvent[] = []
  let end: ReadEventSource['end'] = 'open'
  let rest = ''
  const read = () => {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = `${rest}${chunk}`.split('\n\n')
      rest = parts.pop() ?? ''
      events.push(...parts.map(parseEvent))
    })
  }
  response.once('end', () => (end = 'ended'))
  response.once('close', () => (end = response.complete ? 'ended' : 'cut'))
  response.on('error', () => undefined)
  asked.on('error', () => undefined)
  if (!isSlow) read()
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    events,
    data: name => events.filter(({ event }) => event === name).map(({ data }) => JSON.parse(data ?? 'null')),
    get end() {
      return end
    },
    read,
    until: (condition, what) => waitFor(condition, { what, withinMs: 15_000, everyMs: 5 }),
    close: () => {
      asked.destroy()
    },
  }
}

function parseEvent(text: string): ServerEvent {
  return Object.fromEntries(
    text.split('\n').map(line => {
      const at = line.indexOf(': ')
      return at === 0 ? ['comment', line.slice(2)] : [line.slice(0, at), line.slice(at + 2)]
    }),
  )
}
