import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

/*
 * `npm run test:unit`: the tests that start no server and no process. They are found by what they import; there is
 * no list to maintain.
 */

const STARTS_SOMETHING =
  /\binject\b.+'vitest'|'node:child_process'|testkit\/(?:analyzers|clients|fixtures|identity-provider|processes|servers|services)\//
/** Parts whose tests start the whole product, and one test that trains a model for a minute and a half. */
const NOT_UNIT = /^(?:test|embedded|testkit\/services)\/|^eval\/quality\.test\.ts$/

export default defineConfig({
  test: {
    include: globSync('**/*.test.ts', { exclude: ['node_modules', '.data'] }).filter(
      (file) => !NOT_UNIT.test(file) && !STARTS_SOMETHING.test(readFileSync(file, 'utf8')),
    ),
    pool: 'threads',
    isolate: false,
  },
})
