import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../../testkit/fixtures/tcp-proxies.ts'
import type { Sql } from './connect.ts'
import { connectPostgres } from './connect.ts'
import { createDeadline, withQueryTimeout } from './query-timeout.ts'

const CONNECTIONS = 2
const MANY = 1_000
const LOCK = 1

const stack = useStack()
const proxyTo = useTcpProxies()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

function openPool(url = stack.serviceUrls.intake): Sql {
  const log = captureLog().log
  const sql = connectPostgres({ url, applicationName: 'query-timeout.test', maxConnections: CONNECTIONS, log })
  closers.push(() => sql.end({ timeout: 1 }))
  return sql
}

beforeAll(async () => {
  await stack.sql`create sequence executed`
  await stack.sql`grant usage on sequence executed to public`
})
beforeEach(() => stack.sql`alter sequence executed restart`)

/** Issues many statements that increment a sequence when executed; all time out. */
async function timeOutMany(sql: Sql): Promise<void> {
  const statements = Array.from({ length: MANY }, () => withQueryTimeout(sql`select nextval('executed')`, 50))
  const outcomes = await Promise.allSettled(statements)
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'unavailable' } })
}

/** The number of statements executed so far. */
async function executed(sql: Sql): Promise<number> {
  const [row] = await sql<{ n: number }[]>`select nextval('executed')::int as n`
  return (row?.n ?? 0) - 1
}

/** Acquires the lock that the statements of a test wait for. Returns a function that releases it. */
async function holdLock(): Promise<() => Promise<void>> {
  const holder = await stack.sql.reserve()
  await holder`select pg_advisory_lock(${LOCK})`
  return async () => {
    await holder`select pg_advisory_unlock(${LOCK})`
    holder.release()
  }
}

/** Occupies every connection of the pool with a statement that waits for the lock. */
async function occupy(sql: Sql): Promise<Promise<unknown>[]> {
  const waiting = Array.from({ length: CONNECTIONS }, () =>
    withQueryTimeout(sql`select pg_advisory_lock_shared(${LOCK}), pg_advisory_unlock_shared(${LOCK})`, 20_000),
  )
  await eventually(async () => {
    const rows = await stack.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    return rows.length === CONNECTIONS
  })
  return waiting
}

test('statements that time out before they are sent are never executed', async () => {
  const sql = openPool()
  // the second time the connections are open and have prepared the statement, as in production
  for (const timeOut of [async () => undefined, timeOutMany]) {
    const release = await holdLock()
    const waiting = await occupy(sql)
    await timeOut(sql)
    await release()
    await Promise.all(waiting)
  }
  expect(await executed(sql)).toBe(0)
})

test('a statement that times out while its connection is being opened does not cost the connection', async () => {
  const database = await proxyTo(stack.serviceUrls.intake)
  const held = database.hold('new')
  const sql = openPool(database.url)
  await timeOutMany(sql)
  held.release()
  const release = await holdLock()
  const waiting = await occupy(sql) // every connection works
  await release()
  await Promise.all(waiting)
  expect(await executed(sql)).toBe(0)
})

test('a statement that was sent runs to completion after its timeout', async () => {
  const sql = openPool()
  await sql`select 1`
  const release = await holdLock()
  const sent = sql`select pg_advisory_lock_shared(${LOCK}), pg_advisory_unlock_shared(${LOCK}), nextval('executed')`
  await expect(withQueryTimeout(sent, 500)).rejects.toMatchObject({ code: 'unavailable' })
  await release()
  await sent
  expect(await executed(sql)).toBe(1)
})

test('a passed deadline leaves 0 ms', () => {
  expect(createDeadline(-5).leftMs()).toBe(0)
})
