import type { CommandContext } from '../../terminal/command-context.ts'

export interface MayChangeOptions extends Pick<CommandContext, 'terminal'> {
  readonly yes: boolean
}

/** Whether to go on: what a person at the terminal says, unless it was said before; yes where nobody is there to ask. */
export async function mayChange(question: string, { yes, terminal }: MayChangeOptions): Promise<boolean> {
  const answer = yes || ((await terminal.confirm(question)) ?? true)
  if (!answer) terminal.note('nothing was changed')
  return answer
}
