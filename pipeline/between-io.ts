import { Observable } from 'rxjs'
import { FirstInFirstOut } from '../operators/first-in-first-out.ts'

/**
 * Turns for work that can wait, one for each look at the network.
 *
 * A hundred answers may come within a millisecond. Were each worked on at once, the calls that wait for the last places
 * would start after all of that work.
 *
 * Shape:  emits once for each subscription, in their order, and completes.
 * Time:   after the I/O that has come; never by a timer.
 * State:  the turns that wait, as many as their callers subscribe.
 */
export function betweenIo(): Observable<void> {
  const row = new FirstInFirstOut<() => void>()
  let isTurning = false
  const turn = () => {
    row.shift()?.()
    isTurning = row.size > 0
    if (isTurning) setImmediate(turn)
  }
  return new Observable(subscriber => {
    row.push(() => {
      subscriber.next()
      subscriber.complete()
    })
    if (isTurning) return
    isTurning = true
    setImmediate(turn)
  })
}
