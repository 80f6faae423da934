import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import type { BacktestFindings } from '../../../../../pipeline/backtest/report/backtest-findings.ts'
import { reportPage } from '../../../../../pipeline/backtest/report/page/report-page.ts'
import type { BacktestReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { findBrowser } from '../../../../support/find-browser.ts'
import { hostileFindings } from '../../../../support/backtest/hostile-findings.ts'
import { sampleDifference } from '../../../../support/backtest/sample-difference.ts'
import { sampleReport } from '../../../../support/backtest/sample-report.ts'
import { sampleSweep } from '../../../../support/backtest/sample-sweep.ts'
import { temporaryFolder } from '../../../../support/temporary-folder.ts'

const TIMEOUT_MS = 120_000
const executablePath = findBrowser(process.env)
const report = sampleReport({ hours: 3 })
const findings: BacktestFindings = { report, difference: sampleDifference(10), sweep: sampleSweep() }
let browser: Browser | null = null

beforeAll(async () => {
  if (executablePath !== null) browser = await chromium.launch({ executablePath })
}, TIMEOUT_MS)

afterAll(async () => {
  await browser?.close()
})

interface Opened {
  readonly page: Page
  /** What the page asked for besides itself, and what it complained of. */
  readonly troubles: string[]
}

/** Opens the page of findings as a file, where there is a browser. */
async function open(
  context: TestContext,
  found: BacktestFindings,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  if (browser === null) context.skip('there is no browser: install chromium, or name one in CHROME_PATH')
  const file = join(temporaryFolder({ 'page.html': reportPage(found) }), 'page.html')
  const { href } = pathToFileURL(file)
  const session = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  const page = await session.newPage()
  const troubles: string[] = []
  page.on('request', request => request.url() === href || troubles.push(`asked for ${request.url()}`))
  page.on('console', message => troubles.push(`said ${message.text()}`))
  page.on('pageerror', error => troubles.push(`threw ${error.message}`))
  page.on('dialog', dialog => troubles.push(`opened ${dialog.type()}`))
  await page.goto(href)
  return { page, troubles }
}

function sidewaysPixels(page: Page): Promise<unknown> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth')
}

describe('the page in a browser', { timeout: TIMEOUT_MS }, () => {
  test.for([
    [1280, 'light'],
    [1280, 'dark'],
    [400, 'light'],
    [400, 'dark'],
  ] as const)(
    'shows itself at %i pixels and %s: asks for nothing, complains of nothing, fits',
    async ([width, colorScheme], context) => {
      const { page, troubles } = await open(context, findings, {
        viewport: { width, height: 900 },
        colorScheme,
      })
      expect(await page.locator('h1').innerText()).toBe('market-day.ndjson.gz')
      expect(await page.locator('section').count()).toBe(10)
      expect(await sidewaysPixels(page)).toBe(0)
      expect(troubles).toEqual([])
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor')
      expect(ground).toBe(colorScheme === 'dark' ? 'rgb(16, 20, 26)' : 'rgb(255, 255, 255)')
    },
  )

  test('takes what events and models say for text, whatever it looks like', async context => {
    const hostile = hostileFindings([
      '</script><script>alert(1)</script>',
      '"><img src=x onerror=alert(1)>',
      "' autofocus onfocus=alert(1) x='",
      '</style></title><meta http-equiv=refresh content="0;url=http://127.0.0.1:9/">',
      'x'.repeat(2000),
    ])
    for (const width of [1280, 400]) {
      const { page, troubles } = await open(context, hostile, { viewport: { width, height: 900 } })
      await page.locator('summary').evaluateAll('found => found.forEach(summary => summary.click())')
      expect(
        await page.evaluate(
          '[document.scripts.length, document.images.length, document.querySelectorAll("meta").length]',
        ),
      ).toEqual([1, 0, 5])
      expect(await page.locator('h1').innerText()).toContain('</script><script>alert(1)</script>')
      expect(await sidewaysPixels(page)).toBe(0)
      expect(troubles).toEqual([])
    }
  })

  test('tells the numbers of a moment by the keyboard', async context => {
    const { page, troubles } = await open(context, findings)
    const { events, rules } = timelineOf(report)
    const lanes = page.locator('.timeline .lane:not(.axis) .lane-values')
    const numbers = async () =>
      (await lanes.allInnerTexts()).map(text => text.split('\n').filter(word => word !== ''))
    const whole = await numbers()
    await page.locator('.timeline').focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    const step = events.length - 2
    const expected = report.rules.map(({ rule_id, trigger_mode }) => {
      const { matches = [], windows = [], calls = [], alerts = [] } = rules[rule_id] ?? {}
      const series = trigger_mode === null ? [matches, alerts] : [matches, windows, calls, alerts]
      return series.map(counts => words(counts[step]))
    })
    expect(await numbers()).toEqual([[words(events[step])], ...expected])
    const spoken = /^2026-11-20 \d\d:\d\d:\d\d, \d+ events, (no alerts|alerts: )/
    expect(await page.locator('.spoken').innerText()).toMatch(spoken)
    await page.keyboard.press('Escape')
    expect(await numbers()).toEqual(whole)
    expect(troubles).toEqual([])
  })

  test('tells the numbers of a moment under the pointer', async context => {
    const { page, troubles } = await open(context, findings)
    const lane = page.locator('.timeline .lane:not(.axis)').first()
    await lane.locator('.lane-plot').hover({ position: { x: 1, y: 10 } })
    expect(await lane.locator('.lane-values').innerText()).toBe(words(timelineOf(report).events[0]))
    expect(await page.locator('.moment').innerText()).toBe('2026-11-20 00:00:04')
    expect(troubles).toEqual([])
  })

  test('finds alerts by words of them, and sorts tables', async context => {
    const { page, troubles } = await open(context, findings)
    const rows = page.locator('#alerts tbody tr:visible')
    const all = await rows.count()
    expect(all).toBe(report.alerts.length)
    const [{ key } = { key: '' }] = report.alerts
    await page.getByRole('searchbox').fill(` ${key.toUpperCase()} `)
    const found = report.alerts.filter(alert => JSON.stringify(alert).includes(key)).length
    expect(await rows.count()).toBe(found)
    expect(await page.locator('#alerts output').innerText()).toBe(`${found} of ${all}`)
    const calls = async () =>
      (await page.locator('#rules tbody td:nth-child(8)').allInnerTexts()).map(text =>
        Number(text.replaceAll(',', '')),
      )
    await page.locator('#rules thead').getByRole('button', { name: 'Calls' }).click()
    const falling = report.rules
      .filter(rule => rule.trigger_mode !== null)
      .map(rule => rule.calls)
      .sort((one, other) => other - one)
    expect((await calls()).filter(count => !Number.isNaN(count))).toEqual(falling)
    await page.locator('#rules thead').getByRole('button', { name: 'Calls' }).click()
    expect((await calls()).filter(count => !Number.isNaN(count))).toEqual(falling.reverse())
    expect(troubles).toEqual([])
  })

  test('shows everything without its script', async context => {
    const { page, troubles } = await open(context, findings, { javaScriptEnabled: false })
    expect(await page.locator('section').count()).toBe(10)
    expect(await page.locator('#alerts tbody tr').count()).toBe(report.alerts.length)
    expect(await page.getByRole('searchbox').count()).toBe(0)
    expect(troubles).toEqual([])
  })

  test('prints with nothing folded away', async context => {
    const { page } = await open(context, findings)
    expect(await page.locator('details[open]').count()).toBe(0)
    const pdf = await page.pdf({ format: 'A4', printBackground: true })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(await page.locator('details:not([open])').count()).toBe(0)
  })
})

function timelineOf({ timeline }: BacktestReport) {
  if (timeline === null) throw new Error('the sample has no timeline')
  return timeline
}

function words(count = 0): string {
  return count.toLocaleString('en-US')
}
