import { cpus } from 'node:os'

/** One measured row; printed as a line of JSON. */
export type BenchRow = Readonly<Record<string, string | number>>

export function printRow(row: BenchRow): void {
  process.stdout.write(`${JSON.stringify(row)}\n`)
}

/** Where the figures come from. */
export function machineRow(kafka: string): BenchRow {
  const [cpu] = cpus()
  return {
    bench: 'machine',
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    kafka,
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
  }
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
