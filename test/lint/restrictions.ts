import type { Linter } from 'eslint'

/** One entry of `no-restricted-syntax`. */
export interface Restriction {
  readonly selector: string
  readonly message: string
}

/** Names of `node:crypto` that are random: operators get their randomness passed in. */
const randomNames = ['randomBytes', 'randomInt', 'randomUUID', 'randomFill', 'randomFillSync', 'webcrypto']

const textMethods = '/^(includes|startsWith|endsWith|match|matchAll|search|indexOf)$/'
const messageText = 'an error is recognised by its code: its message is for people and may change'

/** Holds everywhere. */
export const everywhere: readonly Restriction[] = [
  { selector: 'TSEnumDeclaration', message: 'a union of literals, or an `as const` table' },
]

/** Holds wherever no tool asks for a default export. */
export const namedExports: readonly Restriction[] = [
  { selector: 'ExportDefaultDeclaration', message: 'named exports only' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'named exports only' },
]

/** Holds in schemas, operators and pipeline. */
export const sources: readonly Restriction[] = [
  {
    selector: `CallExpression[callee.property.name=${textMethods}][callee.object.property.name='message']`,
    message: messageText,
  },
  {
    selector: "CallExpression[callee.property.name=/^(test|exec)$/] > .arguments[property.name='message']",
    message: messageText,
  },
  {
    selector: "BinaryExpression[operator=/^[!=]==?$/][left.property.name='message'][right.type='Literal']",
    message: messageText,
  },
]

/** Holds in schemas and operators: time and chance come in through options. */
export const pure: readonly Restriction[] = [
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: 'the time is `scheduler.now()` of the injected scheduler, or event time',
  },
  {
    selector: ":matches(NewExpression, CallExpression)[callee.name='Date'][arguments.length=0]",
    message: 'the time is `scheduler.now()` of the injected scheduler, or event time',
  },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'randomness is injected, and ids are derived from coordinates',
  },
  {
    selector: "NewExpression[callee.name='Observable']",
    message: 'only adapters in pipeline/ make Observables by hand',
  },
]

/** Holds in files with tests. */
export const tests: readonly Restriction[] = [
  {
    selector: "CallExpression[callee.object.name='vi'][callee.property.name=/^(mock|doMock)$/]",
    message: 'no module mocks: a double stands at a port, in test/support',
  },
  {
    selector: 'CallExpression[callee.property.name=/^(toMatchSnapshot|toMatchFileSnapshot)$/]',
    message: 'no snapshots: state what is expected',
  },
  {
    selector: 'MemberExpression[object.name=/^(test|it|describe)$/][property.name="only"]',
    message: 'the other tests count too',
  },
  {
    selector:
      'CallExpression[callee.name=/^(test|it)$/] > Literal.arguments:first-child[value=/\\bshould\\b/i]',
    message: 'a title says what it does, in the present tense',
  },
  {
    selector:
      "AwaitExpression > NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout']",
    message: 'no sleeps: virtual time, or `expect.poll` and `vi.waitFor` with a deadline',
  },
]

/** Global names that are I/O, time or chance. */
export const impureGlobals: readonly string[] = [
  'process',
  'fetch',
  'performance',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]

/** `no-restricted-imports` that lets only the named packages and relative paths through. */
export function onlyPackages(names: readonly string[], message: string): Linter.RuleEntry {
  const allowed = names.map(name => name.replace(/[.*/]/g, '\\$&')).join('|')
  return [
    'error',
    {
      paths: [
        { name: 'node:crypto', importNames: randomNames, message: 'randomness is injected' },
        {
          name: 'rxjs',
          importNames: ['firstValueFrom', 'lastValueFrom'],
          message: 'ports return Observables',
        },
      ],
      patterns: [{ regex: `^(?!\\.\\.?/|(?:${allowed})$)`, message }],
    },
  ]
}
