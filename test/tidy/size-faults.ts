import type { SourceFile } from './source-file.ts'

const sourceLinesMax = 250
const testLinesMax = 400

/** A file that has grown too long holds two things. */
export function sizeFaults(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, lines }) => {
    const linesMax = path.startsWith('test/') ? testLinesMax : sourceLinesMax
    return lines > linesMax ? [`${path}: ${lines} lines, at most ${linesMax}; split it by behaviour`] : []
  })
}
