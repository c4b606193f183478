import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Servers } from '../../testkit/servers/servers.ts'
import { startServers } from '../../testkit/servers/servers.ts'
import { stress } from './stress.ts'

// A short form of `npm run test:stress`. To repeat a run: CHAOS_SEED=N npm test -- test/stress

const seed = Number(process.env.CHAOS_SEED ?? randomInt(1, 1_000_000))
let servers: Servers

beforeAll(async () => {
  servers = await startServers((line) => process.stdout.write(`${line}\n`))
})
afterAll(() => servers?.stop())

test('no lead hangs after its stream was deleted', { timeout: 240_000 }, async () => {
  const lines: string[] = []
  const { line, failed } = await stress(
    servers,
    { seed, deletions: 3, lanes: 1, leadsPerSecond: 20, busyProcesses: 1, logDir: servers.scratchDir },
    (text) => lines.push(text),
    new AbortController().signal,
  )
  expect(failed, [line, ...lines].join('\n')).toBe(0)
})
