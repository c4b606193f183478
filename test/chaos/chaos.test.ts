import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Servers } from '../../testkit/servers/servers.ts'
import { startServers } from '../../testkit/servers/servers.ts'
import type { Fault } from './faults/fault.ts'
import { killNats, killPostgres } from './faults/server-outages.ts'
import { killIntake, killTriage } from './faults/service-restarts.ts'
import { deleteLeadsStream } from './faults/streams.ts'
import { describe, explain } from './report.ts'
import { runFault } from './run-fault.ts'

/*
 * A short form of `npm run test:chaos`, with fewer faults and less load. A failure prints its seed; to reproduce it,
 * run `npm run test:chaos -- --seed N --fault NAME`.
 */

const seed = Number(process.env.CHAOS_SEED ?? randomInt(1, 1_000_000))
let servers: Servers

beforeAll(async () => {
  servers = await startServers((line) => process.stdout.write(`${line}\n`))
})
afterAll(() => servers?.stop())

/** Without time limits, because other tests run concurrently. */
const FAULTS: readonly Fault[] = [
  killIntake(3),
  { ...killTriage(3), recoversWithinSeconds: Number.POSITIVE_INFINITY },
  killNats,
  killPostgres,
  deleteLeadsStream(1),
]

test.each(FAULTS)('no lead is lost or duplicated: $name', { timeout: 180_000 }, async (fault) => {
  const abort = new AbortController()
  const outcome = await runFault({
    servers,
    fault,
    seed,
    leadsPerSecond: 60,
    seconds: 3,
    calmSeconds: 1,
    logDir: servers.scratchDir,
    signal: abort.signal,
  })
  const { lost, duplicated, wrong } = outcome.verdict
  expect({ lost, duplicated, wrong }, [describe(outcome), ...explain(outcome)].join('\n')).toEqual({
    lost: [],
    duplicated: [],
    wrong: [],
  })
  expect(outcome.recoverySeconds, describe(outcome)).toBeDefined()
  // fewer would not show anything
  expect(outcome.acknowledged).toBeGreaterThan(100)
})
