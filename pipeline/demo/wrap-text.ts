/** Breaks text at spaces into lines of at most `columns` characters; a longer word is broken anywhere. */
export function wrapText(text: string, columns: number): readonly string[] {
  const width = Math.max(1, columns)
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap(whole => pieces(whole, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

function pieces(word: string, width: number): readonly string[] {
  const count = Math.max(1, Math.ceil(word.length / width))
  return Array.from({ length: count }, (_, index) => word.slice(index * width, (index + 1) * width))
}
