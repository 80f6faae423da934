const PAGE_BITS = 8192

/** Offsets of one partition, a bit each, in pages that exist only where there are any. */
export class OffsetSet {
  readonly #pages = new Map<number, Uint8Array>()
  readonly #pagesMax: number

  /** `pagesMax`: a page takes 1 KiB and holds up to 8192 offsets. */
  constructor(pagesMax: number) {
    this.#pagesMax = pagesMax
  }

  /** False when there is no room for it. */
  add(offset: number): boolean {
    const at = Math.floor(offset / PAGE_BITS)
    const page = this.#pages.get(at) ?? new Uint8Array(PAGE_BITS / 8)
    if (!this.#pages.has(at)) {
      if (this.#pages.size >= this.#pagesMax) return false
      this.#pages.set(at, page)
    }
    const bit = offset % PAGE_BITS
    page[bit >> 3] = (page[bit >> 3] ?? 0) | (1 << (bit & 7))
    return true
  }

  has(offset: number): boolean {
    const bit = offset % PAGE_BITS
    const byte = this.#pages.get(Math.floor(offset / PAGE_BITS))?.[bit >> 3] ?? 0
    return (byte & (1 << (bit & 7))) !== 0
  }
}
