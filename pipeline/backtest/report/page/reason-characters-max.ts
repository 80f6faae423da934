/** A longer reason is cut on the page, which is to stay small; `--json` has it whole. */
export const REASON_CHARACTERS_MAX = 400
