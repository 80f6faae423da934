import { setTimeout as delay } from 'node:timers/promises'

/** Polls until the condition holds; fails after the deadline with what was awaited. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  { what, withinMs, everyMs = 50 }: { what: string; withinMs: number; everyMs?: number },
): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}`)
    await delay(everyMs)
  }
}
