const whole = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
/** What is smaller is told as smaller than this. */
const SMALLEST_USD = 0.000001

/** Dollars: cents as a rule, two digits that say something where there are less than ten cents. */
export function usdText(usd: number): string {
  const sign = usd < 0 ? '-' : ''
  const amount = Math.abs(usd)
  if (amount === 0 || amount >= 0.1) return `${sign}$${whole.format(amount)}`
  if (amount < SMALLEST_USD) return `${sign}<$${SMALLEST_USD.toFixed(6)}`
  const digits = Math.min(6, 1 - Math.floor(Math.log10(amount)))
  return `${sign}$${amount.toFixed(digits)}`
}
