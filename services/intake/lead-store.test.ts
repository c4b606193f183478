import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewLead } from '../../domain/lead.ts'
import { contentHash, requestHash } from '../../domain/lead.ts'
import { isolateFailures } from '../../lib/batcher/isolate-failures.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { beforeQuery, succeeding } from '../../testkit/fakes.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import type { LeadRow, StoreOutcome } from './lead-store.ts'
import { createLeadStore, ERASED, insertLists } from './lead-store.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.intake,
  applicationName: 'lead-store.test',
  maxConnections: 8,
  log: captureLog().log,
})
afterAll(() => sql.end())
// connect beforehand: query timeouts include the time to connect
beforeAll(() => Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.05)`)))
const leads = createLeadStore(sql)
const isStored = (outcome: StoreOutcome) => outcome !== ERASED
const store = {
  ...leads,
  insert: async (rows: readonly LeadRow[]) => (await succeeding(leads.insert)(rows)).filter(isStored),
}

function rowOf(part: Partial<Omit<LeadRow, 'lead'>> & { lead?: Partial<NewLead> } = {}): LeadRow {
  const lead = { email: null, phone: null, name: null, note: 'hello', source: null, ...part.lead }
  return {
    id: uuidv7(),
    clientId: 'anonymous',
    idempotencyKey: randomUUID(),
    requestHash: requestHash(lead),
    contentHash: contentHash(lead.note),
    ...part,
    lead,
  }
}

const stored = (row: LeadRow) => stack.sql`select * from leads where idempotency_key = ${row.idempotencyKey}`

test('lists that share a commit get their own results, in order', async () => {
  const [first, second, third] = ['one', 'two', 'three'].map((note) => rowOf({ lead: { note } })) as [
    LeadRow,
    LeadRow,
    LeadRow,
  ]
  const known = rowOf({ lead: { note: 'known' } })
  await store.insert([known])
  const again = { ...known, id: uuidv7() }
  const results = await insertLists(leads.insert, [[first, again], [], [second, third]])
  const notes = results.map(
    (list) =>
      list instanceof Error ||
      list.filter(isStored).map(({ lead, created }) => (created ? lead.note : `replayed ${lead.note}`)),
  )
  expect(notes).toEqual([['one', 'replayed known'], [], ['two', 'three']])
})

describe('a lead', () => {
  test('is stored and found unchanged, whatever text it contains', async () => {
    const lead = {
      email: 'jürgen@münchen.de',
      phone: '{1,"2"}',
      name: `'; drop table leads; --`,
      note: 'NULL\n\\N\t😀',
      source: '',
    }
    const row = rowOf({ lead })
    const [result] = await store.insert([row])
    expect(result).toEqual({
      created: true,
      recent: true,
      generation: 1,
      requestHash: row.requestHash,
      lead: { ...lead, id: row.id, createdAt: expect.any(Date) },
    })
    expect(await store.findAll([row.id])).toEqual([result?.lead])
    expect(await stored(row)).toMatchObject([
      { client_id: 'anonymous', content_hash: row.contentHash, request_hash: Buffer.from(row.requestHash, 'hex') },
    ])
  })

  test('stores omitted fields as null', async () => {
    const row = rowOf()
    await store.insert([row])
    expect(await stored(row)).toMatchObject([{ email: null, phone: null, name: null, source: null }])
  })

  test('is returned in the position of its id', async () => {
    const [one, other] = [rowOf({ lead: { note: 'one' } }), rowOf({ lead: { note: 'other' } })]
    await store.insert([one, other])
    const found = await store.findAll([other.id, randomUUID(), one.id, other.id])
    expect(found.map((lead) => lead?.note)).toEqual(['other', undefined, 'one', 'other'])
  })
})

describe('a key that is taken', () => {
  test('returns the stored lead with its hash and generation, and changes nothing', async () => {
    const first = rowOf({ lead: { note: 'first' } })
    const [created] = await store.insert([first])
    await stack.sql`update leads set generation = 3 where id = ${first.id}`
    const [again, other] = await store.insert([
      rowOf({ idempotencyKey: first.idempotencyKey, lead: { note: 'first' } }),
      rowOf({ idempotencyKey: first.idempotencyKey, lead: { note: 'second' } }),
    ])
    const expected = {
      created: false,
      recent: true,
      lead: created?.lead,
      generation: 3,
      requestHash: first.requestHash,
    }
    expect([again, other]).toEqual([expected, expected])
    expect(await stored(first)).toHaveLength(1)
  })

  test("reports whether its lead is recent by the database's clock", async () => {
    const [young, old] = [rowOf(), rowOf()]
    await store.insert([young, old])
    await stack.sql`update leads set created_at = now() where id = ${young.id}`
    await stack.sql`update leads set created_at = now() - interval '10 seconds' where id = ${old.id}`
    const again = await store.insert([young, old].map((row) => ({ ...row, id: uuidv7() })))
    expect(again.map(({ recent }) => recent)).toEqual([true, false])
  })

  test('by another client is free, and each client gets its own lead', async () => {
    const idempotencyKey = randomUUID()
    const rows = ['one', 'other'].map((clientId) => rowOf({ clientId, idempotencyKey }))
    const insert = async (again: LeadRow[]) =>
      (await store.insert(again)).map(({ created, lead }) => [created, lead.id])
    expect(await insert(rows)).toEqual(rows.map(({ id }) => [true, id]))
    expect(await insert(rows.map((row) => ({ ...row, id: uuidv7() })))).toEqual(rows.map(({ id }) => [false, id]))
  })

  test('within one batch goes to one row, and results stay in order', async () => {
    const idempotencyKey = randomUUID()
    const rows = [
      rowOf(),
      rowOf({ idempotencyKey }),
      rowOf(),
      rowOf({ idempotencyKey }),
      rowOf({ idempotencyKey, lead: { note: 'x' } }),
    ]
    const results = await store.insert(rows)
    const [, one, , two, three] = results
    expect([results[0]?.lead.id, results[2]?.lead.id]).toEqual([rows[0]?.id, rows[2]?.id])
    expect([one, two, three].filter((result) => result?.created)).toHaveLength(1)
    expect(new Set([one, two, three].map((result) => result?.lead.id)).size).toBe(1)
    expect(await stack.sql`select from leads where idempotency_key = ${idempotencyKey}`).toHaveLength(1)
  })
})

describe('one invalid row', () => {
  // validation rejects such text; these tests cover the database layer if it ever does not
  const invalidRow = () => rowOf({ lead: { note: 'a\u0000b' } })
  const insert = isolateFailures(leads.insert)

  test('among many fails alone, and all other leads are stored', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => (i === 217 ? invalidRow() : rowOf()))
    await expect(leads.insert(rows)).rejects.toMatchObject({ code: '22021' })
    const results = await insert(rows)
    expect(results[217]).toMatchObject({ code: '22021' })
    expect(results.flatMap((result) => (result instanceof Error || result === ERASED ? [] : [result.lead.id]))).toEqual(
      rows.filter((_, i) => i !== 217).map(({ id }) => id),
    )
    const keys = rows.map(({ idempotencyKey }) => idempotencyKey)
    expect(await stack.sql`select from leads where idempotency_key = any(${keys}::uuid[])`).toHaveLength(299)
  })

  test('fails its own list only', async () => {
    const [bad, good] = await insertLists(insert, [[rowOf(), invalidRow()], [rowOf()]])
    expect(bad).toMatchObject({ code: '22021' })
    expect(good).toMatchObject([{ created: true }])
  })

  test('whose key is freed before the stored lead is read is unavailable, without affecting other rows', async () => {
    const erased = rowOf()
    await store.insert([erased])
    const erase = () => stack.sql`delete from leads where id = ${erased.id}`
    const racing = createLeadStore(beforeQuery(sql, /select id.* from leads/s, erase))
    const [late, neighbour] = await racing.insert([{ ...erased, id: uuidv7() }, rowOf()])
    expect(late).toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
    expect(neighbour).toMatchObject({ created: true })
  })
})

describe('a key that a concurrent transaction is storing', () => {
  /** Stores a row in an open transaction; a second insert of the same key waits until that transaction ends. */
  async function race() {
    const first = rowOf({ lead: { note: 'first' } })
    const second = rowOf({ idempotencyKey: first.idempotencyKey, lead: { note: 'second' } })
    const other = await sql.reserve()
    await other`begin`
    await createLeadStore(other).insert([first])
    const waiting = store.insert([second])
    waiting.catch(() => undefined) // awaited in `end`
    await eventually(async () => {
      const [row] = await stack.sql`
        select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      return row?.waiting === 1
    })
    const end = async (how: 'commit' | 'rollback') => {
      await other.unsafe(how)
      other.release()
      return (await waiting)[0]
    }
    return { first, second, end }
  }

  test('is taken when that transaction commits', async () => {
    const { first, end } = await race()
    expect(await end('commit')).toMatchObject({
      created: false,
      lead: { id: first.id },
      requestHash: first.requestHash,
    })
  })

  test('is free when that transaction rolls back', async () => {
    const { second, end } = await race()
    expect(await end('rollback')).toMatchObject({ created: true, lead: { id: second.id } })
  })

  test('does not deadlock when concurrent batches have the same keys in different orders', async () => {
    const keys = Array.from({ length: 200 }, () => randomUUID())
    const batches = Array.from({ length: 8 }, (_, i) => {
      const order = keys.toSorted((a, b) => a.charCodeAt(i) - b.charCodeAt(i))
      return store.insert(order.map((idempotencyKey) => rowOf({ idempotencyKey })))
    })
    const results = (await Promise.all(batches)).flat()
    expect(results.filter(({ created }) => created)).toHaveLength(keys.length)
    expect(new Set(results.map(({ lead }) => lead.id)).size).toBe(keys.length)
  })
})

test('every method throws unavailable, with a retry delay, when PostgreSQL is unreachable', async () => {
  const unreachable = postgres('postgres://user@127.0.0.1:1/none', { max: 1 })
  const store = createLeadStore(unreachable)
  const unavailable = { code: 'unavailable', retryAfterSeconds: 1 }
  await expect(store.insert([rowOf()])).rejects.toMatchObject(unavailable)
  await expect(store.findAll([randomUUID()])).rejects.toMatchObject(unavailable)
  await unreachable.end()
})
