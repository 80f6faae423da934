import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { processTerminal } from '../../../pipeline/terminal/process-terminal.ts'

function terminalOf({ isTTY, columns }: { isTTY: boolean; columns: number }) {
  const written: string[] = []
  const stream = () => {
    const output = Object.assign(new PassThrough(), { isTTY, columns })
    output.on('data', chunk => written.push(String(chunk)))
    return output
  }
  const streams = { stdin: process.stdin, stdout: stream(), stderr: stream() }
  // The streams of a process have many more members than a terminal asks for.
  const terminal: ReturnType<typeof processTerminal> = Reflect.apply(processTerminal, null, [streams])
  return { terminal, written }
}

test('shows a line in the place of the last one, cut to the terminal, and takes it away for a message', () => {
  const { terminal, written } = terminalOf({ isTTY: true, columns: 10 })
  expect(terminal.show('half')).toBe(true)
  terminal.show('0123456789abc')
  terminal.note('message')
  terminal.show('again')
  terminal.show('')
  terminal.note('last')
  const take = '\r\u{1b}[K'
  expect(written).toEqual(
    ['half', take, '01234567…', take, 'message\n', 'again', take, '', 'last\n'].filter(text => text !== ''),
  )
})

test('shows nothing where it cannot be replaced', () => {
  const { terminal, written } = terminalOf({ isTTY: false, columns: 0 })
  expect(terminal.show('half')).toBe(false)
  terminal.print('data')
  expect(written).toEqual(['data\n'])
})
