/** Does work that ends early, and in order, at SIGINT or SIGTERM; a second one ends the process as usual. */
export async function untilInterrupted<T>(work: (stopping: AbortSignal) => Promise<T>): Promise<T> {
  const interrupted = new AbortController()
  const stop = () => {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    interrupted.abort()
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    return await work(interrupted.signal)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
