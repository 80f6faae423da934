import type { BacktestReport } from '../../../../schemas/backtest/backtest-report.ts'

const modes: Readonly<Record<BacktestReport['model']['mode'], string>> = {
  none: 'not asked',
  scripted: 'scripted answers',
  journal: 'recorded answers',
  live: 'asked live',
}

/** How the model came to its answers, and in what time. */
export function modelText({ mode, latency, limits }: BacktestReport['model']): string {
  const parts = [`model ${modes[mode]}`, `latency ${latency}`]
  return [...parts, ...(limits ? ['limits kept'] : [])].join(', ')
}
