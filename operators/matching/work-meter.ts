/** Says when enough was done at once. A unit is about what compiling one character takes. */
export class WorkMeter {
  private readonly unitsMax: number
  private units = 0

  constructor(unitsMax: number) {
    this.unitsMax = unitsMax
  }

  /** True where a slice is full with this: then somebody else has a turn. */
  isFull(units: number): boolean {
    this.units += units
    if (this.units < this.unitsMax) return false
    this.units = 0
    return true
  }
}
