import { describe, expect, test } from 'vitest'
import { repeatWhileNotYet } from '../../../pipeline/kafka/repeat-while-not-yet.ts'

const answering = (types: readonly string[]) => {
  let asked = 0
  const request = (): Promise<number> => {
    const type = types[asked++]
    return type === undefined
      ? Promise.resolve(asked)
      : Promise.reject(Object.assign(new Error(type), { type }))
  }
  return { request, asked: () => asked }
}

describe('repeatWhileNotYet', () => {
  test('asks again while the broker is not ready', async () => {
    const { request } = answering(['CONCURRENT_TRANSACTIONS', 'GROUP_LOAD_IN_PROGRESS'])
    expect(await repeatWhileNotYet(request, { everyMs: 1, forMs: 10_000 })).toBe(3)
  })

  test('throws anything else at once', async () => {
    const { request, asked } = answering(['INVALID_PRODUCER_EPOCH'])
    await expect(repeatWhileNotYet(request, { everyMs: 1, forMs: 10_000 })).rejects.toMatchObject({
      type: 'INVALID_PRODUCER_EPOCH',
    })
    expect(asked()).toBe(1)
  })

  test('gives up when its time is over', async () => {
    const { request } = answering(Array.from({ length: 1000 }, () => 'CONCURRENT_TRANSACTIONS'))
    await expect(repeatWhileNotYet(request, { everyMs: 1, forMs: 20 })).rejects.toMatchObject({
      type: 'CONCURRENT_TRANSACTIONS',
    })
  })
})
