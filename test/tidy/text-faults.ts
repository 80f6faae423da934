interface TextRule {
  readonly pattern: RegExp
  readonly fix: string
}

const rules: readonly TextRule[] = [
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b(?!:? ?\(?#\d)/, fix: 'name the issue: TODO #12' },
  {
    pattern: /(?<![\w.$*-])\/(work|root|home\/\w+|Users\/\w+)\/|\b[A-Z]:\\Users\\/,
    fix: 'a path of one machine; make it relative, or read it from the environment',
  },
  {
    pattern: /\b(as (requested|discussed|instructed)|now uses|new and improved|per your)\b/i,
    fix: 'history belongs to git; say what is',
  },
  {
    pattern: /eslint-disable(?!(-next-line|-line) [^\n]* -- \S)/,
    fix: 'one line and one rule at a time, with its reason: eslint-disable-next-line <rule> -- <reason>',
  },
  { pattern: /prettier-ignore/, fix: 'the format is the tool’s' },
]

/** No open ends, no paths of one machine, no diary, no rule switched off without its reason. */
export function textFaults(
  texts: readonly { readonly path: string; readonly text: string }[],
): readonly string[] {
  return texts.filter(({ path }) => !isAboutTidy(path)).flatMap(({ path, text }) => faultsOf(path, text))
}

function faultsOf(path: string, text: string): readonly string[] {
  if (path === 'package-lock.json') {
    return /"resolved":/.test(text)
      ? [`${path}: has addresses; install again with the .npmrc of the project`]
      : []
  }
  return text
    .split('\n')
    .flatMap((line, index) =>
      rules
        .filter(({ pattern }) => pattern.test(line))
        .map(({ fix }) => `${path}:${index + 1}: ${line.trim()}: ${fix}`),
    )
}

/** These files spell out what they look for. */
function isAboutTidy(path: string): boolean {
  return path.startsWith('test/tidy')
}
