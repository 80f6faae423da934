import { expect, test } from 'vitest'
import { runCampaign } from '../chaos/campaign.ts'
import { faultTable, isFaultName } from '../chaos/faults/fault-table.ts'
import { renderResult } from '../chaos/render-result.ts'
import { findKafkaLibs } from '../support/kafka-libs.ts'

/** Enough for every fault once. Longer campaigns, and others: `npm run chaos`. */
const MINUTES = 1.7
const SEED = 4
const found = await findKafkaLibs()

if ('skipped' in found && process.env['CI'] === 'true') {
  throw new Error(`the campaign needs a broker of its own: ${found.skipped}`)
}

test.skipIf('skipped' in found)(
  'accounts for every event of a short campaign of faults',
  async context => {
    const result = await runCampaign({
      libs: 'libs' in found ? found.libs : '',
      minutes: MINUTES,
      seed: SEED,
      workers: 3,
      rate: 100,
      faults: Object.keys(faultTable).filter(isFaultName),
      profile: 'one',
      keep: false,
      signal: context.signal,
      tell: () => undefined,
    })
    const table = renderResult(result)
    process.stdout.write(`${table}\n`)
    expect(result, table).toMatchObject({ lost: 0, duplicate: 0, illegal: 0, problems: [] })
    expect(Object.keys(result.faults).length, table).toBeGreaterThan(8)
  },
  420_000,
)
