/** What is known of a limit after calls were refused and then accepted again. */
export interface RefusalFacts {
  /** The limit that was held to until then. */
  readonly heldTo: number
  /** From the first refusal to the call that got through. */
  readonly holdMs: number
  readonly windowMs: number
  /** What was sent within one window before the call that got through, with it; refused calls do not count. */
  readonly sent: number
  /** The same, before the last call that was refused. */
  readonly sentBefore: number
  /** How long calls have been sent. */
  readonly ageMs: number
  /** The call that got through was sent as soon as it could be. */
  readonly isTimed: boolean
  /** What was accepted between this burst of refusals and the one before, for one window; null where that says nothing. */
  readonly pace: number | null
  /** What was held to, and not refused, before more was tried; null where it was not. */
  readonly lastGood: number | null
  /** It is known to forget what was sent all at once, or after a window, rather than steadily. */
  readonly isWindow: boolean
}

export interface LimitEstimate {
  readonly limit: number
  readonly why: 'window' | 'refused'
}

/** Held back for so long, as shares of the window, a provider has waited for what was sent before to leave its window. */
const LONG_SHARE_MIN = 1 / 6
const LONG_SHARE_MAX = 1.1

/** A long hold may follow a silence, in which little was sent: one of them does not take more than this from a limit. */
const LONG_CUT_MAX = 0.1
/** Nor does a short one. */
const SHORT_CUT_MAX = 0.7
/** Where nothing better is known. */
const SHORT_CUT = 0.93
/** Least that any refusal takes: at what was held to, calls were refused. */
const CUT_MIN = 0.97

/**
 * Estimates a limit from one burst of refusals.
 *
 * A provider that counts in windows refuses for long, and when it accepts again, what it has accepted within the window is its limit:
 * more than was sent before the call that got through, less than before the last one that did not. A bucket accepts again at once; all
 * that it accepts between two refusals, at both of which it was empty, is what flowed into it.
 */
export function estimateLimit(facts: RefusalFacts): LimitEstimate {
  const { heldTo, holdMs, windowMs, sent, sentBefore, isTimed } = facts
  if (holdMs > windowMs * LONG_SHARE_MAX) return { limit: heldTo * SHORT_CUT, why: 'refused' }
  if (holdMs < windowMs * LONG_SHARE_MIN) return { limit: afterShortHold(facts), why: 'refused' }
  // A canary may come up to 5 s later than it could have, and meanwhile what was sent long ago leaves the window.
  const limit = isTimed ? sent : (sent + sentBefore) / 2
  return { limit: Math.min(Math.max(limit, heldTo * LONG_CUT_MAX), heldTo), why: 'window' }
}

function afterShortHold(facts: RefusalFacts): number {
  const { heldTo, lastGood, isWindow } = facts
  const accepted = acceptedPerWindow(facts)
  // What was accepted when more was tried is a mean of all that was tried; the last that went well may have lived on what a bucket held.
  const limit = lastGood === null || isWindow ? accepted : (accepted + lastGood) / 2
  return Math.min(Math.max(limit, heldTo * SHORT_CUT_MAX), heldTo * CUT_MIN)
}

function acceptedPerWindow({ heldTo, windowMs, sent, ageMs, pace, isWindow }: RefusalFacts): number {
  const sentPerWindow = ageMs < windowMs ? (sent * windowMs) / ageMs : sent
  if (isWindow) return sentPerWindow
  return Math.min(sentPerWindow, pace ?? heldTo * SHORT_CUT)
}
