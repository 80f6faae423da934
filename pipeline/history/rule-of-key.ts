const SEPARATOR = '|'.charCodeAt(0)

/** The rule whose decision or alert a record is, by its key `<rule_id>|<key>`; null where that is none of ours. */
export function ruleOfKey(key: Buffer | null): string | null {
  const end = key?.indexOf(SEPARATOR) ?? -1
  return key === null || end <= 0 ? null : key.toString('latin1', 0, end)
}
