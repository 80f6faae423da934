import type { z } from 'zod'
import type { ProblemStatus } from './problem-titles.ts'

export interface AskedRequest {
  /** The parts of the path that are named, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>
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

/** One answer that is no problem. */
export interface AnswerDescription {
  readonly about: string
  /** Of the JSON; absent where there is no body, or one of another type. */
  readonly schema?: z.ZodType
  /** JSON where it is absent and there is a schema. */
  readonly type?: string
  /** What each of its headers says, by name. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What is said of a method to those who write programs against it: one operation of the OpenAPI document. */
export interface RouteDescription {
  /** A verb and a noun such as `listModels`, of its own in the whole API: generated clients name a function so. */
  readonly id: string
  readonly summary: string
  /** What each part of the path that is named says, by name; all of them are text. */
  readonly params?: Readonly<Record<string, string>>
  readonly query?: z.ZodObject
  /** What each header of the request says, by name; none of them is needed. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: z.ZodType
  /** The body is a JSON merge patch of such a thing: every key may be left out, null takes it away. */
  readonly patch?: z.ZodType
  readonly answers: Readonly<Record<number, AnswerDescription>>
  /** Statuses of its problem documents, but for those that the server gives whatever the route: 400, 401, 413, 415, 429. */
  readonly problems?: readonly ProblemStatus[]
}

export interface RouteMethod {
  readonly describe: RouteDescription
  readonly answer: (request: AskedRequest) => Answer | Promise<Answer>
}

/** What one path answers, by method; HEAD is answered as GET, any other method with what there is. */
export interface HttpRoute {
  /** Such as `/models/:name`. */
  readonly path: string
  /** Other methods belong to a route that this path fits as well, such as `/models/:name`. */
  readonly sharesPath?: true
  readonly methods: Readonly<Partial<Record<Method, RouteMethod>>>
}
