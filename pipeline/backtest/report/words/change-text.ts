/** Before and after, with what lies between: `26,092 → 20,010 (-6,082, -23.3 %)`. */
export function changeText(
  { before, after }: { readonly before: number; readonly after: number },
  textOf: (amount: number) => string,
): string {
  const whole = `${textOf(before)} → ${textOf(after)}`
  if (before === after) return `${whole} (the same)`
  const more = after - before
  const signed = `${more > 0 ? '+' : ''}${textOf(more)}`
  if (before === 0) return `${whole} (${signed})`
  const percent = (more / before) * 100
  return `${whole} (${signed}, ${percent > 0 ? '+' : ''}${percent.toFixed(1)} %)`
}
