const sizes = ['B', 'kB', 'MB', 'GB', 'TB']

/** An amount for people: a count with separators, bytes to three places, seconds as hours, minutes and seconds. */
export function amountText(amount: number, unit: 'count' | 'bytes' | 'seconds'): string {
  if (unit === 'count') return Math.round(amount).toLocaleString('en-US')
  return unit === 'bytes' ? bytesText(amount) : secondsText(Math.max(0, Math.round(amount)))
}

function bytesText(bytes: number): string {
  let size = bytes
  let step = 0
  while (size >= 999.5 && step < sizes.length - 1) {
    size /= 1000
    step++
  }
  const digits = step === 0 || size >= 99.95 ? 0 : 1
  return `${size.toFixed(digits)} ${sizes[step] ?? ''}`
}

function secondsText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  if (hours > 0) return `${hours} h ${minutes} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
