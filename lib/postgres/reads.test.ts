import { afterEach, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { Sql } from './connect.ts'
import { createReads, type Reads, type ReadsOptions, throwIfAborted } from './reads.ts'

const stack = useStack()
const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function openReads(options: Partial<ReadsOptions> = {}): Reads {
  const applicationName = 'reads.test'
  const reads = createReads({
    ...{ url: stack.serviceUrls.insights, applicationName, connections: 1, log: captureLog().log, ...options },
  })
  closers.push(() => reads.end())
  return reads
}

/** The number of statements of reads that PostgreSQL executes now. */
async function executing(): Promise<number> {
  const rows = await stack.sql`
    select from pg_stat_activity where application_name = 'reads.test' and state = 'active' and query like '%pg_sleep%'`
  return rows.length
}

const sleeping = (sql: Sql) => sql`select pg_sleep(60)`

test('all statements of a read see the same rows, and the next read sees newer ones', async () => {
  await stack.sql`create table seen (n int); grant select on seen to public`.simple()
  const reads = openReads()
  const count = async (sql: Sql) => (await sql`select from seen`).length
  const counts = await reads.run(async (sql) => {
    const before = await count(sql)
    await stack.sql`insert into seen values (1)`
    return [before, await count(sql)]
  })
  expect(counts).toEqual([0, 0])
  expect(await reads.run(count)).toBe(1)
})

test('a read cannot write', async () => {
  await expect(openReads().run((sql) => sql`delete from sessions`)).rejects.toMatchObject({ cause: { code: '25006' } })
})

test('PostgreSQL cancels a statement that takes too long, and the connection is used again', async () => {
  const reads = openReads({ statementTimeoutMs: 100 })
  await expect(reads.run(sleeping)).rejects.toMatchObject({ code: 'unavailable' })
  expect(await executing()).toBe(0)
  expect(await reads.run((sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }])
})

test('after a failed statement the next read works', async () => {
  const reads = openReads()
  await expect(reads.run((sql) => sql`select 1 / 0`)).rejects.toMatchObject({ code: '22012' })
  expect(await reads.run((sql) => sql`select 1 as one`)).toMatchObject([{ one: 1 }])
})

test('more reads than have connections wait, and those beyond the limit are told to retry', async () => {
  const reads = openReads({ connections: 2, maxWaiting: 3 })
  let running = 0
  let most = 0
  const blocked = Promise.withResolvers<void>()
  const work = async () => {
    most = Math.max(most, ++running)
    await blocked.promise
    running -= 1
  }
  const accepted = Array.from({ length: 5 }, () => reads.run(work))
  await expect(reads.run(work)).rejects.toMatchObject({ code: 'overloaded', retryAfterSeconds: 1 })
  await eventually(() => expect(running).toBe(2))
  blocked.resolve()
  await Promise.all(accepted)
  expect(most).toBe(2)
})

test('a read whose caller has gone ends with its statement, and does not begin if it waited', async () => {
  const reads = openReads()
  const client = new AbortController()
  const begun = Promise.withResolvers<void>()
  let statements = 0
  const running = reads.run(async (sql) => {
    for (;;) {
      throwIfAborted(client.signal)
      await sql`select 1`
      statements += 1
      begun.resolve()
    }
  }, client.signal)
  let hasBegun = false
  const waiting = reads.run(async () => {
    hasBegun = true
  }, client.signal)
  await begun.promise
  client.abort()
  await expect(running).rejects.toMatchObject({ code: 'cancelled' })
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  const after = statements
  await reads.run((sql) => sql`select 1`)
  expect([hasBegun, statements]).toEqual([false, after])
})

test('a read keeps its connection until its statement has ended, although its caller got an error before', async () => {
  const reads = openReads({ statementTimeoutMs: 3_000 })
  const slow = reads.run(sleeping)
  await eventually(async () => expect(await executing()).toBe(1))
  const next = reads.run((sql) => sql`select 1 as one`)
  await expect(slow).rejects.toMatchObject({ code: 'unavailable' })
  expect(await executing()).toBe(1)
  expect(await next).toMatchObject([{ one: 1 }])
  expect(await executing()).toBe(0)
})
