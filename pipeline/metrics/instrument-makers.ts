import { Counter, Gauge, Histogram } from 'prom-client'
import type { Registry } from 'prom-client'

export interface InstrumentMakers {
  readonly counter: <L extends string>(name: string, help: string, labels: readonly L[]) => Counter<L>
  readonly gauge: <L extends string>(name: string, help: string, labels: readonly L[]) => Gauge<L>
  /** `buckets` are upper bounds in seconds. */
  readonly histogram: <L extends string>(
    name: string,
    help: string,
    options: HistogramOptions<L>,
  ) => Histogram<L>
}

export interface HistogramOptions<L extends string> {
  readonly labels: readonly L[]
  readonly buckets: readonly number[]
}

/** Makers of instruments on one registry, all named with the project's prefix. */
export function instrumentMakers(registry: Registry): InstrumentMakers {
  const options = <L extends string>(name: string, help: string, labels: readonly L[]) => ({
    name: `llmtrigger_${name}`,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    counter: (name, help, labels) => new Counter(options(name, help, labels)),
    gauge: (name, help, labels) => new Gauge(options(name, help, labels)),
    histogram: (name, help, { labels, buckets }) =>
      new Histogram({ ...options(name, help, labels), buckets: [...buckets] }),
  }
}
