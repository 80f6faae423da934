/** A machine, with the load that it usually has. */
export interface FleetHost {
  readonly host: string
  readonly cpu: number
  readonly memory: number
}

/** The machines of a shop. */
export const fleet: readonly FleetHost[] = [
  { host: 'web-1', cpu: 0.42, memory: 0.51 },
  { host: 'web-2', cpu: 0.44, memory: 0.52 },
  { host: 'web-3', cpu: 0.41, memory: 0.5 },
  { host: 'api-1', cpu: 0.5, memory: 0.58 },
  { host: 'api-2', cpu: 0.52, memory: 0.57 },
  { host: 'api-3', cpu: 0.49, memory: 0.58 },
  { host: 'db-1', cpu: 0.38, memory: 0.72 },
  { host: 'db-2', cpu: 0.31, memory: 0.7 },
  { host: 'cache-1', cpu: 0.22, memory: 0.6 },
  { host: 'batch-1', cpu: 0.08, memory: 0.35 },
  { host: 'edge-1', cpu: 0.3, memory: 0.4 },
  { host: 'edge-2', cpu: 0.31, memory: 0.4 },
]
