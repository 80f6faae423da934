import type { FieldTable, Slots } from '../../../operators/expression/create-field-table.ts'

const PLACEHOLDER = /\{([A-Za-z_][\w.]*)\}/

/** Six digits tell a price from the next one, and hide what adding up fractions leaves at the end. */
const numbers = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 })

/** Makes a reason of a text in which `{sum.volume}` stands for that field of the window; what is not there stays as it is. */
export function fillReason(text: string, fields: FieldTable): (slots: Slots) => string {
  const parts = text.split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 0) return () => part
    const slot = fields.slotOf(part.split('.'))
    return (slots: Slots) => render(slots.read(slot)) ?? `{${part}}`
  })
  return slots => parts.map(part => part(slots)).join('')
}

function render(value: unknown): string | undefined {
  if (typeof value === 'number') return numbers.format(value)
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined
}
