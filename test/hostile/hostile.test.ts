import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Servers } from '../../testkit/processes/servers.ts'
import { startServers } from '../../testkit/processes/servers.ts'
import { attackProduct } from './attack-product.ts'
import { ATTACKERS } from './attacks/attackers.ts'
import type { Verdict } from './report.ts'
import { verdictNames } from './report.ts'

/*
 * The short form of `npm run test:hostile`. A failure names its seed; the same cases are
 * `npm run test:hostile -- --seed N --cases 2000`, and one alone `--seed N --case NAME:N`.
 */

const CASES = 2_000

/** Fixed, so that a run says something of the change at hand; `npm run test:hostile` takes another seed each time. */
const seed = Number(process.env.HOSTILE_SEED ?? 840_646)
let servers: Servers
let verdicts: readonly Verdict[]

beforeAll(async () => {
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  servers = await startServers(say)
  const signal = AbortSignal.timeout(280_000)
  const logDir = servers.scratchDir
  verdicts = await attackProduct({ servers, attackers: ATTACKERS, seed, cases: CASES, logDir, signal, say })
}, 300_000)
afterAll(() => servers?.stop())

describe(`after ${CASES} hostile requests`, () => {
  test.each(verdictNames(ATTACKERS))('%s', (name) => {
    const verdict = verdicts.find((candidate) => candidate.name === name)
    expect(verdict?.faults.slice(0, 10).join('\n'), `seed ${seed}`).toBe('')
  })
})
