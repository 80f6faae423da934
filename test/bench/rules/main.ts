import { parseArgs } from 'node:util'
import { benchCommand } from '../bench-command.ts'
import { machineRow, printRow } from '../bench-report.ts'
import { benchBuilding } from './bench-building.ts'
import { benchMatching } from './bench-matching.ts'
import { benchRoute } from './bench-route.ts'
import { type SetName, setNames } from './rule-set.ts'

const parts = ['matching', 'route', 'building'] as const

const help = `npm run bench:rules -- [options]

What rules cost: events in a second of CPU time with few and with many of them, beside a plain loop over all of them in the
same run; ROUTE's CPU for an event, from the bytes of its record to its work records; and how long a table takes to be built
beside other work.

  --parts a,b            ${parts.join(',')} (all)
  --rules a,b            how many (1,100,1000,10000)
  --sets a,b             ${setNames.join(',')} (all)
  --rounds N             of which the median is taken (5)
  --milliseconds N       CPU time of each (300)
  --seed N               (1)
  --help

JSON lines on stdout. Sets: selective: each rule is passed by 1.5 % of the events; broad: by a quarter; types: selective, over 50
event types; rare: all together are passed by 5 % of the events; opaque: selective, but no index can tell; missing:
no event has a field that the rules read.
`

process.exitCode = await benchCommand({ help, readOptions, run: runParts })

async function runParts(options: ReturnType<typeof readOptions>): Promise<void> {
  printRow(machineRow('none'))
  if (options.parts.includes('matching')) benchMatching(options)
  if (options.parts.includes('route')) {
    benchRoute({ ...options, sets: options.sets.filter(name => name === 'rare' || name === 'selective') })
  }
  if (options.parts.includes('building')) {
    await benchBuilding({ rules: Math.max(...options.counts), seed: options.seed })
  }
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      parts: { type: 'string', default: parts.join(',') },
      rules: { type: 'string', default: '1,100,1000,10000' },
      sets: { type: 'string', default: setNames.join(',') },
      rounds: { type: 'string', default: '5' },
      milliseconds: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    parts: values.parts.split(',').map(partOf),
    counts: values.rules.split(',').map(text => wholeNumber('rules', text)),
    sets: values.sets.split(',').map(setOf),
    rounds: wholeNumber('rounds', values.rounds),
    milliseconds: wholeNumber('milliseconds', values.milliseconds),
    seed: wholeNumber('seed', values.seed),
    help: values.help,
  }
}

function partOf(name: string): (typeof parts)[number] {
  const found = parts.find(part => part === name)
  if (found === undefined) throw new Error(`--parts: there is no ${name}`)
  return found
}

function setOf(name: string): SetName {
  const found = setNames.find(set => set === name)
  if (found === undefined) throw new Error(`--sets: there is no ${name}`)
  return found
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name}: a whole number from 1 is needed`)
  return value
}
