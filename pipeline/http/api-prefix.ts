/** What the paths start with that are for those who have a key. */
export const apiPrefix = '/api/v1'
