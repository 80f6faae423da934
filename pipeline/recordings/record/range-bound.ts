/** Where a recording begins or ends in each partition, as it was asked for. */
export interface RangeBound {
  readonly kind: 'earliest' | 'latest' | 'time' | 'offset'
  /** Epoch milliseconds, or the offset; 0 where neither is meant. */
  readonly at: number
  /** As it was written. */
  readonly text: string
}
