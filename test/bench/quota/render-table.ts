import { percentile } from '../bench-report.ts'
import type { Measured } from './measure-contender.ts'

export interface Result extends Measured {
  readonly contender: string
  readonly profile: string
}

/** A contender a line, a profile a column: % of the quota / refusals / failed calls, medians over the rounds. */
export function renderTable(results: readonly Result[]): string {
  const profiles = [...new Set(results.map(({ profile }) => profile))]
  const names = [...new Set(results.map(({ contender }) => contender))]
  const lines = names.map(name => [
    name,
    ...profiles.map(profile =>
      cell(results.filter(result => result.contender === name && result.profile === profile)),
    ),
  ])
  const rule = ['---', ...profiles.map(() => '---')]
  return [['%, 429, failed', ...profiles], rule, ...lines].map(line => `| ${line.join(' | ')} |\n`).join('')
}

function cell(results: readonly Result[]): string {
  if (results.length === 0) return ''
  const shares = results.map(result => result.goodput * 100)
  const [least, most] = [Math.min(...shares).toFixed(1), Math.max(...shares).toFixed(1)]
  const range = results.length === 1 ? '' : ` (${least}–${most})`
  const middle = (values: readonly number[]) => percentile(values, 0.5)
  const refused = middle(results.map(result => result.refused))
  const failed = middle(results.map(result => result.failed))
  return `${middle(shares).toFixed(1)}${range} / ${refused} / ${failed}`
}
