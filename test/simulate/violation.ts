/** What must never be seen. `run` stands for what no invariant names: a chain that threw, a port used wrongly. */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'end' | 'run'

export interface Violation {
  readonly seed: number
  /** The step after which it was seen, from 1. */
  readonly step: number
  readonly invariant: Invariant
  readonly seen: string
}
