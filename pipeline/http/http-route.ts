export interface AskedRequest {
  /** The parts of the path that are named, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  /** JSON where it is absent; the body is text then, or a stream of it. */
  readonly type?: string
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What one path answers, by method; HEAD is answered as GET, any other method with what there is. */
export interface HttpRoute {
  /** Such as `/models/:name`. */
  readonly path: string
  readonly methods: Readonly<Partial<Record<Method, (request: AskedRequest) => Answer | Promise<Answer>>>>
}
