import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', '.data/**'],
    globalSetup: ['testkit/fixtures/global-setup.ts'],
    pool: 'forks',
    // two cores are shared with the servers and with the services that the end-to-end tests start
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
