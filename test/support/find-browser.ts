import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome']

/** The browser of this machine: that of `CHROME_PATH`, else one in the path; null where there is none. */
export function findBrowser(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { CHROME_PATH: named, PATH = '' } = environment
  if (named !== undefined && named !== '') return named
  const paths = PATH.split(delimiter).flatMap(folder => names.map(name => join(folder, name)))
  return paths.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
