import type { SchedulerLike } from 'rxjs'
import { type QuotaCall, type QuotaReply, quotaReplySchema, type QuotaTerms } from './quota-call.ts'

export interface QuotaLinkOptions {
  /** Runs the script in Redis: a call as JSON, an answer as JSON. */
  readonly run: (call: string) => Promise<string>
  readonly clock: SchedulerLike
  readonly timeoutMs: number
}

/** There is no answer. */
export interface QuotaTrouble {
  readonly kind: 'trouble'
  readonly cause: unknown
}

/** Asks the script once; answers trouble where there is no answer within the timeout. */
export type QuotaLink = (call: QuotaCall & QuotaTerms) => Promise<QuotaReply | QuotaTrouble>

/** The way to the state of one quota in Redis. */
export function quotaLink({ run, clock, timeoutMs }: QuotaLinkOptions): QuotaLink {
  const send = async (call: QuotaCall): Promise<QuotaReply | QuotaTrouble> => {
    try {
      return quotaReplySchema.parse(JSON.parse(await run(JSON.stringify(call))))
    } catch (cause) {
      // Whatever it is, no call is granted by it: this worker goes on alone and says why.
      return { kind: 'trouble', cause }
    }
  }
  return call =>
    new Promise(resolve => {
      // In two halves: after a stall of this process the timer is due before the answer that lies there is read.
      let timer = clock.schedule(() => {
        timer = clock.schedule(() => {
          resolve({ kind: 'trouble', cause: new Error(`Redis did not answer within ${timeoutMs} ms`) })
        }, timeoutMs / 2)
      }, timeoutMs / 2)
      void send(call).then(reply => {
        timer.unsubscribe()
        resolve(reply)
      })
    })
}
