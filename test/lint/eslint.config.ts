import { fileURLToPath } from 'node:url'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'
import {
  everywhere,
  impureGlobals,
  namedExports,
  onlyPackages,
  pure,
  sources,
  tests,
} from './restrictions.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const noInternals = { regex: '^rxjs/internal', message: 'public entry points only' }
const noSleeps = {
  name: 'node:timers/promises',
  message: 'no sleeps: virtual time, or polling with a deadline',
}

export default defineConfig(
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.strictTypeChecked,
  {
    name: 'everywhere',
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      complexity: ['error', { max: 8, variant: 'modified' }],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', 250],
      // Comments are not counted, so that nobody deletes one to pass.
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-constant-binary-expression': 'error',
      'no-constructor-return': 'error',
      'no-empty': 'error',
      'no-eval': 'error',
      'no-irregular-whitespace': 'error',
      'no-loss-of-precision': 'error',
      'no-misleading-character-class': 'error',
      'no-new-func': 'error',
      'no-prototype-builtins': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unsafe-finally': 'error',
      'no-useless-catch': 'error',
      'no-useless-escape': 'error',
      'no-restricted-imports': ['error', { patterns: [noInternals] }],
      'no-restricted-syntax': ['error', ...everywhere, ...namedExports],
      '@typescript-eslint/ban-ts-comment': [
        'error',
        { 'ts-expect-error': true, 'ts-ignore': true, 'ts-nocheck': true, 'ts-check': true },
      ],
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidOperator: true, ignoreVoidReturningFunctions: true },
      ],
      // Text is cut by code points, and that is what spreading a string gives.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // What was caught is thrown on as it came: it may be anything.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // A port may ask for a Promise where an adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
    },
  },
  {
    name: 'schemas',
    files: ['schemas/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-imports': onlyPackages(['zod'], 'schemas say what a thing is, with zod alone'),
      'no-restricted-syntax': ['error', ...everywhere, ...namedExports, ...sources, ...pure],
    },
  },
  {
    name: 'operators',
    files: ['operators/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...impureGlobals],
      'no-restricted-imports': onlyPackages(
        ['rxjs', 'zod', '@marcbachmann/cel-js', 'lru-cache', 'node:crypto', 'node:buffer'],
        'operators have no I/O: declare a port here, and write its adapter in pipeline/',
      ),
      'no-restricted-syntax': ['error', ...everywhere, ...namedExports, ...sources, ...pure],
    },
  },
  {
    name: 'pipeline',
    files: ['pipeline/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere, ...namedExports, ...sources] },
  },
  {
    name: 'examples',
    files: ['examples/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...everywhere, ...namedExports, ...pure],
      // An example shows a client, and no schema beside it.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    name: 'declarations of what a package does not declare',
    files: ['**/*.d.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...everywhere],
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },
  {
    name: 'test',
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': 'off',
      // The columns of `test.each` are parameters.
      '@typescript-eslint/max-params': 'off',
      'no-restricted-syntax': ['error', ...everywhere, ...namedExports, ...tests],
      // Matchers and parsed JSON are `any`; an assertion follows at once.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    name: 'files with tests',
    files: ['test/**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: [noSleeps], patterns: [noInternals] }] },
  },
  {
    name: 'tool configs',
    files: ['test/vitest.config.ts', 'test/lint/eslint.config.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhere] },
  },
)
