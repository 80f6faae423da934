import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'

const SHOWN_EVERY_MS = 200

/** Tells on the error output how far a backtest has come. */
export class RunProgress {
  /** Of the run under way. */
  records = 0
  private atMs = 0
  private shownMs = performance.now()
  private name = ''
  private readonly terminal: Terminal

  constructor(terminal: Terminal) {
    this.terminal = terminal
  }

  /** Another run begins. */
  begin(name: string): void {
    this.name = name
    this.records = 0
  }

  played({ timestampMs }: Pick<RecordedRecord, 'timestampMs'>): void {
    this.records++
    this.atMs = timestampMs
  }

  show(): void {
    if (performance.now() - this.shownMs < SHOWN_EVERY_MS) return
    this.shownMs = performance.now()
    this.terminal.show(this.line)
  }

  end(): void {
    this.terminal.show('')
  }

  get line(): string {
    const at = this.records === 0 ? '' : `, at ${new Date(this.atMs).toISOString()}`
    return `${this.name}${this.name === '' ? '' : ': '}${this.records.toLocaleString('en')} records${at}`
  }
}
