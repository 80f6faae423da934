/** A time since the start of a test, as tests write it: `+30s`. */
export function sinceStart(ms: number): string {
  return `+${Number((ms / 1000).toFixed(3))}s`
}
