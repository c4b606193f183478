import { afterEach, beforeEach, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { Sql } from './connect.ts'
import { type Leader, type LeaderOptions, runAsLeader } from './leader.ts'

const LOCK_ID = 5

const stack = useStack()
const leaders: Leader[] = []
beforeEach(() => stack.sql`create table written (by text); grant all on written to public`.simple())
afterEach(async () => {
  await Promise.all(leaders.splice(0).map((leader) => leader.stop()))
  await stack.sql`drop table written`
})

function start(work: LeaderOptions['work'], url = stack.serviceUrls.insights): Leader {
  const log = captureLog().log
  const leader = runAsLeader({ url, applicationName: 'leader.test', lockId: LOCK_ID, work, intervalMs: 10, log })
  leaders.push(leader)
  return leader
}

const write = (sql: Sql, by: string) => sql`insert into written values (${by})`
const writers = async () =>
  (await stack.sql<{ by: string }[]>`select distinct by from written order by 1`).map(({ by }) => by)

/** Ends the session that has the lock. */
const terminate = () => stack.sql`
  select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
  where locktype = 'advisory' and granted and datname = current_database()`

/** Two addresses of the same server, as of a cluster. */
const twice = (url: string) => url.replace(/@([^/]+)/, '@$1,$1')

test.each([
  ['one address', (url: string) => url],
  ['two addresses', twice],
])('work that lost the lock cannot execute another statement, with %s', async (_what, addressed) => {
  const begun = Promise.withResolvers<void>()
  const isLost = Promise.withResolvers<void>()
  const outcomes = Promise.withResolvers<string[]>()
  let calls = 0
  const work = async (sql: Sql) => {
    if (calls++ > 0) {
      await write(sql, 'next term')
      return false
    }
    begun.resolve()
    await isLost.promise
    // one after the other and at once, as work that handles errors would
    const first = await Promise.allSettled([write(sql, 'lost'), write(sql, 'lost')])
    const then = await Promise.allSettled([write(sql, 'lost')])
    outcomes.resolve([...first, ...then].map(({ status }) => status))
    return false
  }
  const leader = start(work, addressed(stack.serviceUrls.insights))
  await begun.promise
  expect(leader.leads).toBe(true)
  await terminate()
  isLost.resolve()
  expect(await outcomes.promise).toEqual(['rejected', 'rejected', 'rejected'])
  await eventually(async () => expect(await writers()).toEqual(['next term']))
})

test('work that fails is called again, while its process still has the lock', async () => {
  const pids = new Set<number>()
  let calls = 0
  const leader = start(async (sql) => {
    for (const { pid } of await sql<{ pid: number }[]>`select pg_backend_pid() as pid`) pids.add(pid)
    if (calls++ === 0) throw new Error('failed')
    return false
  })
  await eventually(() => expect(calls).toBeGreaterThan(2))
  expect([leader.leads, pids.size]).toEqual([true, 1])
})

test('a leader that stops lets another process take over', async () => {
  const first = start(async (sql) => {
    await write(sql, 'first')
    return false
  })
  await eventually(async () => expect(await writers()).toEqual(['first']))
  await first.stop()
  await stack.sql`truncate written`
  start(async (sql) => {
    await write(sql, 'second')
    return false
  })
  await eventually(async () => expect(await writers()).toEqual(['second']))
})
