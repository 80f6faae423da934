/** What the committed recordings were made from. */
export const SEED = 20261120
