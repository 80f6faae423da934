import type { Day } from '../day.ts'
import type { Planted } from '../generated-day.ts'

/** Many lines of one service within a short time. */
export interface LogBurst {
  readonly service: string
  readonly level: 'info' | 'error' | 'fatal'
  /** In turn; `#` becomes a number. */
  readonly texts: readonly string[]
  readonly from: string
  readonly to: string
  readonly everySeconds: number
  /** How far one gap may be from the average. */
  readonly jitter?: number
}

/** Lines that no usual traffic makes. */
export const bursts: readonly LogBurst[] = [
  {
    service: 'reports',
    level: 'error',
    texts: ['nightly-report: chunk # waits for a lock, tried again'],
    from: '02:05:00',
    to: '02:38:00',
    everySeconds: 45,
  },
  {
    service: 'reports',
    level: 'info',
    texts: ['nightly-report: all chunks written, # rows'],
    from: '03:09:30',
    to: '03:10:00',
    everySeconds: 30,
    jitter: 0,
  },
  {
    service: 'payments',
    level: 'error',
    texts: ['connection to db-payments:5432 refused', 'order # not charged: no connection to the database'],
    from: '09:40:10',
    to: '09:43:00',
    everySeconds: 2.5,
  },
  {
    service: 'web',
    level: 'error',
    texts: ['invalid postcode in form #', 'invalid house number in form #', 'voucher # is not valid'],
    from: '11:15:00',
    to: '11:18:00',
    everySeconds: 1.3,
  },
  {
    service: 'accounts',
    level: 'info',
    texts: ['GET /login?user=#&password=spring-# 302'],
    from: '16:05:00',
    to: '16:05:01',
    everySeconds: 1,
    jitter: 0,
  },
  {
    service: 'search',
    level: 'fatal',
    texts: [
      'OutOfMemoryError: heap space, exit 137',
      'started, then OutOfMemoryError while loading the index, exit 137',
    ],
    from: '22:30:00',
    to: '22:34:00',
    everySeconds: 22,
  },
]

/** What is to be made of them. */
export function plantedInLogs(day: Day): readonly Planted[] {
  const between = (from: string, to: string) => ({ fromMs: day.at(from), toMs: day.at(to) })
  const rule_id = 'error-burst'
  return [
    {
      id: 'nightly-batch-retries',
      story: 'The nightly report waits for locks, tries again, and ends well',
      rule_id,
      key: 'reports',
      ...between('02:05:00', '02:38:00'),
    },
    {
      id: 'database-gone',
      story: 'Payments cannot reach its database for three minutes, and orders are not charged',
      rule_id,
      key: 'payments',
      ...between('09:40:10', '09:43:00'),
      alertByMs: day.at('09:40:35'),
      alertsMax: 10,
    },
    {
      id: 'form-robot',
      story: 'A robot fills in forms with nonsense: more than a hundred errors, none of them ours',
      rule_id,
      key: 'web',
      ...between('11:15:00', '11:18:00'),
    },
    {
      id: 'password-in-log',
      story: 'A password stands in a log line',
      rule_id: 'leaked-secret',
      key: 'accounts',
      ...between('16:05:00', '16:05:01'),
      alertByMs: day.at('16:05:02'),
    },
    {
      id: 'crash-loop-search',
      story: 'Search runs out of memory, starts, and runs out of memory again',
      rule_id,
      key: 'search',
      ...between('22:30:00', '22:34:00'),
      alertByMs: day.at('22:31:10'),
      alertsMax: 11,
    },
  ]
}
