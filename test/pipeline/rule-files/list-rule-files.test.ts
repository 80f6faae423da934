import { expect, test } from 'vitest'
import { listRuleFiles } from '../../../pipeline/rule-files/list-rule-files.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('lists a file as it is named, whatever its ending, and of a folder the rule files in order', () => {
  const directory = temporaryFolder({
    'one.txt': '',
    'r/b.yml': '',
    'r/a.yaml': '',
    'r/c.json': '',
    'r/x.md': '',
  })
  const { files, problems } = listRuleFiles(['one.txt', 'r/'], directory)
  expect(files.map(({ shownAs }) => shownAs)).toEqual(['one.txt', 'r/a.yaml', 'r/b.yml', 'r/c.json'])
  expect(problems).toEqual([])
})

test('lists no more files than its bound', () => {
  const directory = temporaryFolder({ 'a.yaml': '', 'b.yaml': '' })
  expect(listRuleFiles(['.'], directory, 2).files).toHaveLength(2)
  expect(listRuleFiles(['.'], directory, 1)).toMatchObject({
    files: [],
    problems: [{ code: 'unreadable', message: 'more than 1 rule files' }],
  })
})
