import { randomUUID } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { NewLead } from '../../../domain/lead.ts'
import { contentHash, requestHash } from '../../../domain/lead.ts'
import { AuditAction } from '../../../lib/auth/audit-event.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import type { LeadRow } from '../lead-store.ts'
import { createLeadStore, ERASED } from '../lead-store.ts'
import { createErasureStore } from './erasure-store.ts'
import { createRetention } from './retention.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.intake,
  applicationName: 'erasure-store.test',
  maxConnections: 6,
  log: captureLog().log,
})
afterAll(() => sql.end())
// connect beforehand: query timeouts include the time to connect
beforeAll(() => Promise.all(Array.from({ length: 6 }, () => sql`select pg_sleep(0.05)`)))
const leads = createLeadStore(sql)
const erasures = createErasureStore(sql)
const act = (target = 'test') => ({
  source: { actor: 'key:1', address: '127.0.0.1', requestId: 'request' },
  action: AuditAction.LeadsErase,
  target,
  details: {},
})

function rowOf(lead: Partial<NewLead> = {}): LeadRow {
  const full = { email: null, phone: null, name: null, note: 'hello', source: null, ...lead }
  const hashes = { requestHash: requestHash(full), contentHash: contentHash(full.note) }
  return { id: uuidv7(), clientId: 'website', idempotencyKey: randomUUID(), ...hashes, lead: full }
}

async function storedLead(lead: Partial<NewLead> = {}): Promise<LeadRow> {
  const row = rowOf(lead)
  await leads.insert([row])
  return row
}

const retryOf = (row: LeadRow): LeadRow => ({ ...row, id: uuidv7() })
const leadsOf = ({ idempotencyKey }: LeadRow) =>
  stack.sql`select id from leads where idempotency_key = ${idempotencyKey}`
const waitForLock = () =>
  eventually(async () => {
    const [row] = await stack.sql`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    return row?.waiting === 1
  })

test('an erasure deletes the leads, blocks their keys, opens an erasure per part, and is recorded once', async () => {
  const [one, two] = [await storedLead(), await storedLead()]
  const other = await storedLead()
  const target = randomUUID()
  expect(await erasures.erase([one.id, two.id, randomUUID()], act(target))).toBe(2)
  expect(await erasures.erase([one.id, two.id], act(target))).toBe(0)

  expect(await leads.findAll([one.id, two.id, other.id])).toEqual([
    undefined,
    undefined,
    expect.objectContaining({ id: other.id }),
  ])
  expect(await leads.insert([retryOf(one), retryOf(other), retryOf(two)])).toEqual([
    ERASED,
    expect.objectContaining({ created: false }),
    ERASED,
  ])
  // a client owns its keys: the same key of another one is free
  expect(await leads.insert([{ ...retryOf(one), clientId: 'app' }])).toMatchObject([{ created: true }])
  expect([await erasures.wasErased(one.id), await erasures.wasErased(other.id)]).toEqual([true, false])
  const open = await stack.sql`select part from pending_erasures where lead_id = ${one.id} order by part`
  expect(open.map(({ part }) => part)).toEqual(['corrections', 'queue', 'search', 'triage'])
  expect(
    await stack.sql`select service, actor, action, details, address from audit_events where target = ${target}`,
  ).toEqual([{ service: 'intake', actor: 'key:1', action: 'leads.erase', details: { leads: 2 }, address: '127.0.0.1' }])
})

describe('a retry of the request that stored a lead', () => {
  test('that arrives while the lead is being erased waits, and stores nothing', async () => {
    const row = await storedLead()
    const erasing = await sql.reserve()
    onTestFinished(() => erasing.release())
    await erasing`begin`
    await erasing`select erase_leads(array[${row.id}]::uuid[])`
    const retry = leads.insert([retryOf(row)])
    await waitForLock()
    await erasing`commit`
    expect(await retry).toEqual([ERASED])
    expect(await leadsOf(row)).toEqual([])
  })

  test('is a replay when the erasure is rolled back', async () => {
    const row = await storedLead()
    const erasing = await sql.reserve()
    onTestFinished(() => erasing.release())
    await erasing`begin`
    await erasing`select erase_leads(array[${row.id}]::uuid[])`
    const retry = leads.insert([retryOf(row)])
    await waitForLock()
    await erasing`rollback`
    expect(await retry).toMatchObject([{ created: false, lead: { id: row.id } }])
  })
})

test('an erasure that does not get its lock within a second is unavailable, and later leads are stored', async () => {
  const row = await storedLead()
  const storing = await sql.reserve()
  onTestFinished(() => storing.release())
  await storing`begin`
  await createLeadStore(storing).insert([rowOf()])
  await expect(erasures.erase([row.id], act())).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
  expect(await leads.insert([rowOf()])).toMatchObject([{ created: true }])
  await storing`commit`
  expect(await erasures.erase([row.id], act())).toBe(1)
})

describe('the leads of a person', () => {
  const find = async (by: 'email' | 'phone', value: string) => (await erasures.find({ by, value }, undefined)).leadIds

  test.each([
    ['ada@example.com', 'ada@example.com', true],
    ['Ada@Example.COM', 'aDa@example.com', true],
    ['JÜRGEN@münchen.de', 'jürgen@MÜNCHEN.DE', true],
    ['ju\u0308rgen@example.com', 'jürgen@example.com', true],
    ['ada+x@example.com', 'ada@example.com', false],
    ['ada@example.com', 'da@example.com', false],
  ])('by email: a lead of %s is one of %s: %s', async (email, value, isFound) => {
    const { id } = await storedLead({ email })
    expect((await find('email', value)).includes(id)).toBe(isFound)
  })

  test.each([
    ['+49 30 1234', '0049-30-1234', true],
    ['(49) 30.1234', '+49301234', true],
    ['+49 30 1234', '030 1234', false],
    ['+49 (0)30 1234', '+49 30 1234', false],
    ['030 1234', '30 1234', true],
    ['٠٣٠١٢٣٤', '030 1234', true],
    ['０３０１２３４', '030 1234', true],
    ['+49 30 1234 ext. 5', '+49 30 1234', false],
  ])('by phone: a lead of %s is one of %s: %s', async (phone, value, isFound) => {
    const { id } = await storedLead({ phone })
    expect((await find('phone', value)).includes(id)).toBe(isFound)
  })

  test('are found among many, in steps that read each lead once', async () => {
    const email = `${randomUUID()}@example.com`
    const { id: first } = await storedLead({ email })
    await stack.sql`
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, email)
      select gen_random_uuid(), 'many', gen_random_uuid(), '\\x00', 'note', 'hash', 'other@example.com'
      from generate_series(1, 11000)`
    const { id: last } = await storedLead({ email })
    const found: string[] = []
    let steps = 0
    for (let after = undefined as Parameters<typeof erasures.find>[1]; ; steps += 1) {
      const step = await erasures.find({ by: 'email', value: email }, after)
      found.push(...step.leadIds)
      if (step.last === undefined) break
      after = step.last
    }
    expect(found.toSorted()).toEqual([first, last].toSorted())
    expect(steps).toBe(3)
  })
})

describe('retention', () => {
  test('erases the leads that are older, in batches of 500 with an audit event each, and keeps the others', async () => {
    await stack.sql`
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
      select gen_random_uuid(), 'old', gen_random_uuid(), '\\x00', 'note', 'hash', now() - interval '31 days'
      from generate_series(1, 700)`
    const [young, old] = [await storedLead(), await storedLead()]
    await stack.sql`update leads set created_at = now() - interval '29 days' where id = ${young.id}`
    await stack.sql`update leads set created_at = now() - interval '30 days 1 minute' where id = ${old.id}`
    const erase = createRetention(30, captureLog().log)
    expect([await erase(sql), await erase(sql), await erase(sql)]).toEqual([true, false, false])
    expect(await stack.sql`select from leads where client_id = 'old'`).toEqual([])
    expect(await leads.findAll([young.id, old.id])).toEqual([expect.objectContaining({ id: young.id }), undefined])
    expect(await stack.sql`select action, details from audit_events where actor = 'retention' order by id`).toEqual([
      { action: 'leads.erase', details: { leads: 500, older_than_days: 30 } },
      { action: 'leads.erase', details: { leads: 201, older_than_days: 30 } },
    ])
  })

  test('of 0 days keeps everything', async () => {
    const { id } = await storedLead()
    await stack.sql`update leads set created_at = '2000-01-01' where id = ${id}`
    expect(await createRetention(0, captureLog().log)(sql)).toBe(false)
    expect(await leads.findAll([id])).toMatchObject([{ id }])
  })
})
