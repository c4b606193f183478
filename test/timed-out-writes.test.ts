import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { migrate } from '../db/migrate.ts'
import { createServiceLogins } from '../db/service-logins.ts'
import { createInsight, Stage } from '../domain/insight.ts'
import { contentHash, requestHash } from '../domain/lead.ts'
import { startPostgres } from '../embedded/postgres.ts'
import { connectPostgres, type Sql } from '../lib/postgres/connect.ts'
import { createLeadStore } from '../services/intake/lead-store.ts'
import { createInsightStore } from '../services/triage/insight-store.ts'
import { captureLog } from '../testkit/captured-log.ts'
import { eventually } from '../testkit/eventually.ts'
import { useTcpProxies } from '../testkit/fixtures/tcp-proxies.ts'
import type { BreakableServer } from '../testkit/servers/breakable-server.ts'
import { startBreakable } from '../testkit/servers/breakable-server.ts'

/*
 * A write that timed out must have ended before its retry starts. A trigger counts the writes that start, and those
 * that start while another one runs.
 */

const APPLICATION = 'timed-out-writes.test'
const CONNECTIONS = 4
const LOCK = 1
const proxyTo = useTcpProxies()

let folder: string
let server: BreakableServer
let admin: postgres.Sql
let urls: Awaited<ReturnType<typeof createServiceLogins>>
const closers: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadtriage-test-'))
  server = await startBreakable(() => startPostgres({ dataDir: join(folder, 'postgres'), durable: false }))
  await migrate(server.url)
  urls = await createServiceLogins(server.url)
  admin = postgres(server.url, { max: 2, onnotice: () => undefined })
  await admin.unsafe(`
    create sequence begun;
    create sequence overlapping;
    -- sequences, because a rollback does not undo them
    create function watch_writes() returns trigger language plpgsql security definer as $$
    begin
      perform nextval('begun');
      if not pg_try_advisory_xact_lock(42) then perform nextval('overlapping'); end if;
      perform pg_sleep(0.3);
      perform pg_advisory_xact_lock_shared(${LOCK});
      return null;
    end $$;
    create trigger watch before insert on leads for each statement execute function watch_writes();
    create trigger watch before insert on insights for each statement execute function watch_writes()`)
})
afterAll(async () => {
  await admin?.end()
  await server?.stop()
  await rm(folder, { recursive: true, force: true })
})

beforeEach(async () => {
  for (const sequence of ['begun', 'overlapping']) await admin.unsafe(`alter sequence ${sequence} restart`)
})
afterEach(async () => {
  await server.unfreeze()
  for (const close of closers.splice(0).reverse()) await close()
})

async function counted(sequence: 'begun' | 'overlapping'): Promise<number> {
  const [row] = await admin<{ n: number }[]>`
    select coalesce(pg_sequence_last_value(${sequence}::regclass), 0)::int as n`
  return row?.n ?? -1
}

/** A pool with open connections, so that a retry does not need the connection of the write that timed out. */
async function openPool(url: string, connections: number): Promise<Sql> {
  const log = captureLog().log
  const sql = connectPostgres({ url, applicationName: APPLICATION, maxConnections: CONNECTIONS, log })
  closers.push(() => sql.end({ timeout: 0 }))
  await Promise.all(Array.from({ length: connections }, () => sql`select pg_sleep(0.1)`))
  return sql
}

const insight = createInsight(
  { leadId: randomUUID(), generation: 1, contentHash: contentHash('hello') },
  Stage.Final,
  'rules@1',
  { intent: 'buy', priority: 'P1', confidence: 0.75, tags: [], reasons: [], language: 'en' },
)

const origin = { clientId: 'test', source: null, receivedAt: new Date() }

interface OpenOptions {
  /** Replaces the address in the database URL by that of a proxy. */
  readonly through?: (url: string) => string
  /** Number of connections that are opened at the start. */
  readonly connections?: number
}

/** The writes under test, each with its own pool. `write` may be called repeatedly. */
const WRITES = [
  {
    name: 'leads of intake',
    open: async ({ through, connections }: OpenOptions = {}) => {
      const sql = await openPool(through?.(urls.intake) ?? urls.intake, connections ?? CONNECTIONS)
      const store = createLeadStore(sql)
      const lead = { email: null, phone: null, name: null, note: 'hello', source: null }
      const hashes = { requestHash: requestHash(lead), contentHash: contentHash(lead.note) }
      const row = { id: uuidv7(), clientId: 'anonymous', idempotencyKey: randomUUID(), lead, ...hashes }
      return { sql, write: () => store.insert([row]) }
    },
  },
  {
    name: 'insights of triage',
    open: async ({ through, connections }: OpenOptions = {}) => {
      const sql = await openPool(through?.(urls.triage) ?? urls.triage, connections ?? CONNECTIONS)
      const store = createInsightStore(sql)
      return { sql, write: () => store.upsert([{ ...insight, origin }]) }
    },
  },
] as const

const UNAVAILABLE = { code: 'unavailable', retryAfterSeconds: 1 }

/** Retries a write until it succeeds, as clients and workers do. */
async function untilWritten(write: () => Promise<unknown>): Promise<void> {
  await eventually(() => write().then(() => true), 20_000)
}

/** Holds the lock that each write waits for after it has started; returns a function that releases it. */
async function holdLock(): Promise<() => Promise<void>> {
  const holder = await admin.reserve()
  await holder`select pg_advisory_lock(${LOCK})`
  return async () => {
    await holder`select pg_advisory_unlock(${LOCK})`
    holder.release()
  }
}

describe.each(WRITES)('a write that timed out: $name', ({ open }) => {
  test('does not run concurrently with its retry after a frozen server resumes', async () => {
    const { write } = await open()
    await write() // so that the statements are prepared, as in production
    await server.freeze()
    for (let tries = 0; tries < 3; tries += 1) await expect(write()).rejects.toMatchObject(UNAVAILABLE)
    await server.unfreeze()
    await untilWritten(write)
    expect(await counted('overlapping')).toBe(0)
  })

  test('is never executed when the network delivers it after its retry', async () => {
    const proxy = await proxyTo(server.url)
    const { write } = await open({ through: proxy.through, connections: 1 })
    await write()
    const held = proxy.hold('current')
    await expect(write()).rejects.toMatchObject(UNAVAILABLE)
    await untilWritten(write) // over another connection
    held.release()
    await held.closed() // PostgreSQL has read or refused everything
    expect({ begun: await counted('begun'), overlapping: await counted('overlapping') }).toEqual({
      begun: 2, // the first one, and the retry
      overlapping: 0,
    })
  })

  test('delays its retry while it waits for a lock, and is cancelled after five seconds', async () => {
    const { write } = await open()
    const release = await holdLock()
    await expect(write()).rejects.toMatchObject(UNAVAILABLE)
    await expect(write()).rejects.toMatchObject(UNAVAILABLE)
    expect(await counted('begun')).toBe(1) // the second one was not sent
    const written = untilWritten(write)
    await eventually(async () => (await counted('begun')) === 2) // the lock is still held
    await release()
    await written
    expect(await counted('overlapping')).toBe(0)
  })

  test('that completes later: its retry is sent at once, and no backend is terminated', async () => {
    const { write } = await open()
    const release = await holdLock()
    const before = await backends()
    await expect(write()).rejects.toMatchObject(UNAVAILABLE)
    await release()
    await write()
    expect({ begun: await counted('begun'), overlapping: await counted('overlapping') }).toEqual({
      begun: 2,
      overlapping: 0,
    })
    expect(await backends()).toEqual(before)
  })

  test('that was not sent yet is never executed', async () => {
    const { sql, write } = await open()
    const release = await holdLock()
    const waiting = Array.from({ length: CONNECTIONS }, () => sql`select pg_advisory_lock_shared(${LOCK})`.execute())
    await eventually(async () => {
      const rows =
        await admin`select from pg_stat_activity where application_name = ${APPLICATION} and wait_event = 'advisory'`
      return rows.length === CONNECTIONS
    })
    await expect(write()).rejects.toMatchObject(UNAVAILABLE)
    await release()
    await Promise.all(waiting)
    await sql`select` // the driver sends everything it has queued before this
    expect(await counted('begun')).toBe(0)
  })
})

/** The pids of the pool's backends, sorted. */
async function backends(): Promise<number[]> {
  const rows = await admin<{ pid: number }[]>`
    select pid from pg_stat_activity where application_name = ${APPLICATION} order by pid`
  return rows.map(({ pid }) => pid)
}
