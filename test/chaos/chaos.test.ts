import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Servers } from '../../testkit/servers/servers.ts'
import { startServers } from '../../testkit/servers/servers.ts'
import type { Fault } from './faults/fault.ts'
import { killNats, killPostgres } from './faults/killed-servers.ts'
import { killIntake, killTriage } from './faults/killed-services.ts'
import { deleteLeadsStream } from './faults/lost-streams.ts'
import { describe, explain } from './report.ts'
import { runFault } from './run-fault.ts'

/*
 * The short form of `npm run test:chaos`: fewer faults, less load. A failure names its seed; the same faults with the
 * same seed are `npm run test:chaos -- --seed N --fault NAME`.
 */

const seed = Number(process.env.CHAOS_SEED ?? randomInt(1, 1_000_000))
let servers: Servers

beforeAll(async () => {
  servers = await startServers((line) => process.stdout.write(`${line}\n`))
})
afterAll(() => servers?.stop())

/** Without a bound of time: other tests run beside these. */
const FAULTS: readonly Fault[] = [
  killIntake(3),
  { ...killTriage(3), recoversWithinSeconds: Number.POSITIVE_INFINITY },
  killNats,
  killPostgres,
  deleteLeadsStream(1),
]

test.each(FAULTS)('nothing is lost and nothing doubled: $name', { timeout: 180_000 }, async (fault) => {
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
  const { lost, doubled, wrong } = outcome.verdict
  expect({ lost, doubled, wrong }, [describe(outcome), ...explain(outcome)].join('\n')).toEqual({
    lost: [],
    doubled: [],
    wrong: [],
  })
  expect(outcome.recoverySeconds, describe(outcome)).toBeDefined()
  // else nothing was shown
  expect(outcome.acknowledged).toBeGreaterThan(100)
})
