import type { Day } from '../day.ts'
import { Dice } from '../dice.ts'
import type { Emission, Planted } from '../generated-day.ts'
import { hourly } from '../hourly.ts'
import { moments } from '../moments.ts'
import { bursts, plantedInLogs } from './log-bursts.ts'

const EVERY_SECONDS = 16
const busyness = [
  0.5, 0.4, 0.4, 0.4, 0.4, 0.6, 0.9, 1, 1.1, 1.1, 1.1, 1.2, 1.2, 1.1, 1.1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.4, 1.2,
  1, 0.7,
]
const services = ['web', 'catalog', 'search', 'cart', 'checkout', 'payments', 'accounts'] as const

/** What services write all day; `#` becomes a number. */
const usual = {
  info: [
    'GET /products/# 200 in # ms',
    'order # placed',
    'session # renewed',
    'index segment # merged',
    'cart # updated',
    'password changed for user #',
  ],
  warn: ['slow query, # ms', 'retrying request # once', 'cache miss ratio at # %'],
  error: [
    'card number of order # does not pass its check',
    'invalid postcode in form #',
    'voucher # is not valid',
    'connection reset by peer, client #',
  ],
} as const

/** The log lines of all services: traffic, errors that users make, and a few that somebody must look at. */
export function logLines(
  day: Day,
  seed: number,
): { emissions: readonly Emission[]; planted: readonly Planted[] } {
  const dice = new Dice(seed, 'log lines')
  const busy = hourly(day, busyness)
  const span = { fromMs: day.startMs, toMs: day.endMs, jitter: 0.9 }
  const traffic = moments(dice, { ...span, everySeconds: atMs => EVERY_SECONDS / busy(atMs) }).map(atMs => {
    const level = dice.chance(0.05) ? 'error' : dice.chance(0.1) ? 'warn' : 'info'
    return lineOf({ service: dice.pick(services), level, text: dice.pick(usual[level]), atMs }, dice)
  })
  const loud = bursts.flatMap(({ service, level, texts, from, to, everySeconds, jitter = 0.5 }) =>
    moments(dice, { fromMs: day.at(from), toMs: day.at(to), everySeconds, jitter }).map((atMs, index) =>
      lineOf({ service, level, text: texts[index % texts.length] ?? '', atMs }, dice),
    ),
  )
  return { emissions: [...traffic, ...loud], planted: plantedInLogs(day) }
}

interface Line {
  readonly service: string
  readonly level: string
  readonly text: string
  readonly atMs: number
}

function lineOf({ service, level, text, atMs }: Line, dice: Dice): Emission {
  return {
    topic: 'logs',
    key: service,
    atMs,
    id: { series: `log-${service}` },
    type: 'log.line',
    source: 'log-shipper',
    data: { service, level, message: text.replace(/#/g, () => String(dice.whole(1, 9999))) },
  }
}
