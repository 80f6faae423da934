import type { AskModel, ModelMessage } from '../../operators/asking/model.ts'

/** One request to the model of a test. */
export interface TestCall {
  readonly messages: readonly ModelMessage[]
  /** What it said, for people; null where the test had no answer left. */
  readonly answer: string | null
}

/** What is asked in a test. */
export interface TestModel {
  readonly ask: AskModel
  /** In the order in which they were made. */
  readonly calls: readonly TestCall[]
  /** Most calls at once; null for no limit. */
  readonly concurrency: number | null
}
