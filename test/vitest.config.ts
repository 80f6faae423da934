import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const kafkaTiers = ['test/**/*.integration.test.ts', 'test/**/*.e2e.test.ts']
const redis = ['test/pipeline/redis/**/*.integration.test.ts']
const tidy = ['test/tidy.test.ts']
const property = ['test/**/*.property.test.ts']

/** The tiers as projects, so that `--project unit` runs one of them; all of them by default. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // Continuous integration runs on two cores, and a broker takes part of them.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...kafkaTiers, ...property, ...tidy],
          testTimeout: 20_000,
        },
      },
      { extends: true, test: { name: 'property', include: property, testTimeout: 120_000 } },
      { extends: true, test: { name: 'tidy', include: tidy, testTimeout: 60_000 } },
      {
        extends: true,
        test: {
          name: 'redis',
          include: redis,
          // Some of them go by real time, and nothing else may run beside them; each starts a Redis of its own.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          globalSetup: ['test/support/redis/redis-global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'kafka',
          include: kafkaTiers,
          exclude: redis,
          // One broker for all of them: two files at once would measure each other.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          globalSetup: ['test/support/kafka-global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
