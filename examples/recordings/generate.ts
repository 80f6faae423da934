// Makes the recorded days of this folder, each with what was planted in it and what a backtest of it is to find. The same seed
// makes the same bytes. Adapt a day by changing what it plants, in generate/<day>/.
// Usage: node examples/recordings/generate.ts [market-day] [server-day] [card-fraud] [--seed 20261120] [--out examples/recordings]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { cardFraud } from './generate/card-fraud/card-fraud.ts'
import { marketDay } from './generate/market-day/market-day.ts'
import { serverDay } from './generate/server-day/server-day.ts'
import { SEED } from './generate/seed.ts'
import { writeDay } from './generate/write-day.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: String(SEED) }, out: { type: 'string', default: here() } },
})
const days = { 'market-day': marketDay, 'server-day': serverDay, 'card-fraud': cardFraud }
const seed = Number(values.seed)
const unknown = positionals.filter(name => !(name in days))
if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`usage: generate.ts [${Object.keys(days).join('|')}] [--seed NUMBER] [--out FOLDER]\n`)
  process.exit(2)
}
for (const [name, dayOfSeed] of Object.entries(days)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const { events, bytes } = writeDay(dayOfSeed(seed), values.out, seed)
  process.stdout.write(`${name}: ${events} events, ${Math.round(bytes / 1000)} kB\n`)
}

function here(): string {
  return fileURLToPath(new URL('.', import.meta.url))
}
