import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { Observable, type Subscriber } from 'rxjs'
import type { ModelReply, PlacedModel } from '../../../operators/asking/model.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { OpenaiModelOptions } from '../openai-model.ts'
import type { FromWorker, ToWorker } from './worker-messages.ts'

/** A thread of its own for model calls. */
export interface ModelWorker {
  /** A model whose requests are made over there. */
  connect(options: OpenaiModelOptions): PlacedModel
  close(): Promise<void>
}

/**
 * Starts a thread that model calls run in, so that requests and replies do not wait for the work of lanes, nor lanes for
 * them: with a hundred calls at once they took half of the thread that the lanes need.
 *
 * A bug over there ends the process, as it does here.
 */
export function openModelWorker(): ModelWorker {
  const worker = new Worker(new URL(`./model-worker${extname(import.meta.url)}`, import.meta.url))
  const calls = new Map<number, Subscriber<ModelReply>>()
  let models = 0
  let asked = 0
  let outbox: ToWorker[] = []

  // What is told in one turn goes over at once.
  const tell = (message: ToWorker) => {
    if (outbox.push(message) > 1) return
    queueMicrotask(() => {
      worker.postMessage(outbox)
      outbox = []
    })
  }
  const settle = (ended: FromWorker) => {
    const subscriber = calls.get(ended.call)
    calls.delete(ended.call)
    if (calls.size === 0) worker.unref()
    if (subscriber === undefined) return
    if ('reply' in ended) {
      subscriber.next(ended.reply)
      subscriber.complete()
      return
    }
    const { code, message, detail } = ended.failure
    subscriber.error(new PipelineError(code, message, detail))
  }
  worker.on('message', (messages: readonly FromWorker[]) => {
    for (const message of messages) settle(message)
  })
  worker.on('error', error => {
    throw error
  })
  worker.unref()

  return {
    connect: options => {
      const model = models++
      tell({ kind: 'model', model, options })
      return {
        keepTo: places => {
          tell({ kind: 'places', model, places })
        },
        ask: ({ contentHash: _stays, ...request }) =>
          new Observable<ModelReply>(subscriber => {
            const call = asked++
            if (calls.size === 0) worker.ref()
            calls.set(call, subscriber)
            tell({ kind: 'ask', call, model, request })
            return () => {
              if (!calls.delete(call)) return
              if (calls.size === 0) worker.unref()
              tell({ kind: 'abandon', call })
            }
          }),
      }
    },
    close: async () => {
      await worker.terminate()
    },
  }
}
