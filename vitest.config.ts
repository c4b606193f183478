import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', '.data/**'],
    globalSetup: ['testkit/fixtures/global-setup.ts'],
    pool: 'forks',
    // tests share the machine with PostgreSQL, nats-server and the services that end-to-end tests start
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
