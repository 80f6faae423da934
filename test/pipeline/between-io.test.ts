import { expect, test } from 'vitest'
import { betweenIo } from '../../pipeline/between-io.ts'

const nextTurn = () => new Promise(resolve => setImmediate(resolve))

function waiting(count: number) {
  const turn$ = betweenIo()
  const came: string[] = []
  const subscriptions = Array.from({ length: count }, (_, n) =>
    turn$.subscribe({ next: () => came.push(`${n}`), complete: () => came.push(`${n} done`) }),
  )
  return { turn$, came, subscriptions }
}

test('gives one turn for each look at the network, in order', async () => {
  const { came } = waiting(3)
  expect(came).toEqual([])
  await nextTurn()
  expect(came).toEqual(['0', '0 done'])
  await nextTurn()
  expect(came).toEqual(['0', '0 done', '1', '1 done'])
  await nextTurn()
  expect(came).toHaveLength(6)
})

test('gives no turn to who has left, and goes on with the others', async () => {
  const { came, subscriptions } = waiting(3)
  subscriptions[0]?.unsubscribe()
  subscriptions[1]?.unsubscribe()
  for (let turn = 0; turn < 3; turn++) await nextTurn()
  expect(came).toEqual(['2', '2 done'])
})

test('begins anew after all had their turn, also from within the last one', async () => {
  const { turn$, came } = waiting(1)
  await nextTurn()
  turn$.subscribe(() => {
    turn$.subscribe(() => came.push('within'))
  })
  await nextTurn()
  expect(came).not.toContain('within')
  await nextTurn()
  expect(came).toContain('within')
})
