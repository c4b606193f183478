import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Servers } from '../../testkit/servers/servers.ts'
import { startServers } from '../../testkit/servers/servers.ts'
import { fuzzProduct } from './fuzz-product.ts'
import { FUZZERS } from './fuzzers/fuzzers.ts'
import type { CheckResult } from './report.ts'
import { checkNames } from './report.ts'

/*
 * The short form of `npm run test:hostile`. A failure names its seed. To run the same cases again, use
 * `npm run test:hostile -- --seed N --cases 2000`; to run a single one, `--seed N --case NAME:N`.
 */

const CASES = 2_000

/** Fixed, so that a failure points to the change under test. `npm run test:hostile` uses a new seed each time. */
const seed = Number(process.env.HOSTILE_SEED ?? 840_646)
let servers: Servers
let results: readonly CheckResult[]

beforeAll(async () => {
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  servers = await startServers(print)
  const signal = AbortSignal.timeout(280_000)
  const logDir = servers.scratchDir
  results = await fuzzProduct({ servers, fuzzers: FUZZERS, seed, cases: CASES, logDir, signal, print })
}, 300_000)
afterAll(() => servers?.stop())

describe(`after ${CASES} hostile requests`, () => {
  test.each(checkNames(FUZZERS))('%s', (name) => {
    const result = results.find((candidate) => candidate.name === name)
    expect(result?.violations.slice(0, 10).join('\n'), `seed ${seed}`).toBe('')
  })
})
