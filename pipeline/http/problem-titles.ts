/** What each status of a problem document says in short; no other is answered. */
export const problemTitles = {
  400: 'Malformed request',
  401: 'No valid key',
  404: 'Not found',
  405: 'Method not allowed',
  408: 'Request timeout',
  409: 'Conflict',
  412: 'Another version',
  413: 'Too large',
  415: 'Not JSON',
  422: 'Invalid',
  429: 'Too many requests',
  431: 'Headers too large',
  500: 'Internal error',
  503: 'Not available',
} as const

export type ProblemStatus = keyof typeof problemTitles
