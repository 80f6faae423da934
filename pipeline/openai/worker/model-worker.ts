import { parentPort } from 'node:worker_threads'
import { defer, type Subscription } from 'rxjs'
import type { AskModel } from '../../../operators/asking/model.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { openaiModel } from '../openai-model.ts'
import { CallLine } from './call-line.ts'
import { sentFailure } from './sent-failure.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

// The thread that model calls run in: it is started by openModelWorker, and holds nothing but calls in flight.
const port = parentPort
const models = new Map<number, Model>()
const calls = new Map<number, Subscription>()
let ended: FromWorker[] = []

interface Model {
  readonly ask: AskModel
  readonly line: CallLine
}

port?.on('message', (messages: readonly ToWorker[]) => {
  for (const message of messages) take(message)
})

function take(message: ToWorker): void {
  if (message.kind === 'model')
    models.set(message.model, { ask: openaiModel(message.options), line: new CallLine() })
  else if (message.kind === 'places') models.get(message.model)?.line.keepTo(message.places)
  else if (message.kind === 'ask') ask(message)
  else end(message.call)
}

function ask({ call, model, request }: Extract<ToWorker, { kind: 'ask' }>): void {
  const asked = models.get(model)
  if (asked === undefined) throw new Error(`there is no model ${model}`)
  const cameMs = performance.now()
  let heldMs = 0
  const asked$ = defer(() => {
    heldMs = performance.now() - cameMs
    return asked.ask(request)
  })
  const subscription = asked.line.run(asked$).subscribe({
    next: reply => {
      tell({ call, reply: heldMs < 1 ? reply : { ...reply, heldMs: Math.round(heldMs) } })
    },
    error: (error: unknown) => {
      if (!(error instanceof PipelineError)) throw error
      tell({ call, failure: sentFailure(error) })
    },
  })
  if (!subscription.closed) calls.set(call, subscription)
}

function end(call: number): void {
  calls.get(call)?.unsubscribe()
  calls.delete(call)
}

/** What ends in one look at the network is told at once: a message costs more than what is in it. */
function tell(message: FromWorker): void {
  calls.delete(message.call)
  if (ended.push(message) > 1) return
  setImmediate(() => {
    port?.postMessage(ended)
    ended = []
  })
}
