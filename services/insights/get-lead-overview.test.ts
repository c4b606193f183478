import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Scope } from '../../lib/auth/scopes.ts'
import { ALL_SCOPES } from '../../lib/auth/scopes.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { createCorrectionStore } from './corrections/correction-store.ts'
import { getLeadOverview } from './get-lead-overview.ts'
import { createOverviewStore } from './overview/overview-store.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.insights,
  applicationName: 'get-lead-overview.test',
  maxConnections: 4,
  log: captureLog().log,
})
afterAll(() => sql.end())
const overviews = createOverviewStore(sql)
const corrections = createCorrectionStore(sql)
const principal = (scopes: readonly Scope[]) => ({ clientId: 'test', actor: 'test', scopes: new Set(scopes) })
const overviewOf = (id: string, scopes = ALL_SCOPES) => getLeadOverview(overviews, principal(scopes), id)

const minute = (n: number) => new Date(Date.UTC(2026, 0, 31, 12, n))

async function storeLead(fields: { email?: string; phone?: string; at?: Date } = {}): Promise<string> {
  const lead = { id: randomUUID(), client_id: 'website', idempotency_key: randomUUID(), note: 'note', content_hash: '' }
  const { at = minute(0), email = null, phone = null } = fields
  await stack.sql`insert into leads ${stack.sql({ ...lead, request_hash: Buffer.of(0), email, phone, created_at: at })}`
  return lead.id
}

/** Leads of one sender, a millisecond apart. */
async function storeLeads(count: number, email: string, phone: string | null = null, note = 'note'): Promise<void> {
  await stack.sql`
    insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, email, phone, created_at)
    select gen_random_uuid(), 'website', gen_random_uuid(), '\\x00', ${note}, '', ${email}, ${phone},
           ${minute(0)} + i * interval '1 millisecond'
    from generate_series(1, ${count}::int) i`
}

async function storeInsight(leadId: string, fields: object = {}): Promise<void> {
  const insight = {
    ...{ lead_id: leadId, id: randomUUID(), generation: 1, stage: 'final', content_hash: 'hash', intent: 'buy' },
    ...{ priority: 'P1', next_action: 'email', confidence: 0.5, tags: [], language: 'en', analyzer: 'test@1' },
    ...{ reasons: [], created_at: minute(1), updated_at: minute(1), ...fields },
  }
  await stack.sql`insert into insights ${stack.sql(insight)}`
}

async function correct(
  leadId: string,
  priority: 'P0' | 'P2',
  basedOn: 'P0' | 'P1' | 'P2',
  comment = `to ${priority}`,
): Promise<void> {
  const nextAction = basedOn === 'P1' ? 'email' : 'call'
  await corrections.add({
    ...{ id: randomUUID(), leadId, basedOn: { intent: 'buy', priority: basedOn, nextAction }, comment },
    ...{ verdict: { intent: 'buy', priority, nextAction: 'call' }, actor: 'user:7', clientId: 'test', request: null },
  })
}

test('an overview has the verdicts, the corrections, the dead letter, and a timeline in order', async () => {
  const id = await storeLead()
  await storeInsight(id, { updated_at: minute(5), analyzer: 'test@2' })
  await correct(id, 'P0', 'P1')
  await correct(id, 'P2', 'P0')
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts, last_failed_at)
    values (${id}, 2, 'failed', 'x', 5, ${minute(9)})`
  const { lead, deadLetter, timeline, related, ...overview } = await overviewOf(id.toUpperCase())
  expect(lead).toMatchObject({ state: 'open', clientId: 'website', insight: { priority: 'P2' } })
  expect(lead.insight?.corrected?.analyzerVerdict.priority).toBe('P1')
  expect(overview.corrections.map(({ comment }) => comment)).toEqual(['to P2', 'to P0'])
  expect(deadLetter).toEqual({ reason: 'failed', generation: 2, failedAt: minute(9) })
  expect(related).toEqual([])
  expect(timeline.map(({ event, by }) => [event, by])).toEqual([
    ['received', 'website'],
    ['triaged', undefined],
    ['triaged', 'test@2'],
    ['dead_lettered', undefined],
    ['corrected', 'user:7'],
    ['corrected', 'user:7'],
  ])
  expect(timeline.map(({ time }) => time)).toEqual(timeline.map(({ time }) => time).toSorted((a, b) => +a - +b))
})

test('a lead that waits for triage has an overview', async () => {
  const id = await storeLead()
  expect(await overviewOf(id)).toMatchObject({ lead: { state: 'pending' }, corrections: [], deadLetter: undefined })
})

test('related leads have the same email or phone, are the newest 20, and exclude the lead itself', async () => {
  const email = `${randomUUID()}@example.com`
  const phone = '+49 30 987654'
  const id = await storeLead({ email, phone, at: minute(30) })
  const byPhone = await storeLead({ phone: '0049-30-987654', at: minute(59) })
  const byBoth = await storeLead({ email: email.toUpperCase(), phone, at: minute(58) })
  await storeInsight(byPhone)
  for (let n = 0; n < 22; n += 1) await storeLead({ email, at: minute(n) })
  await storeLead({ email: `x${email}`, phone: '030 987654', at: minute(59) })
  const { related, relatedTruncated } = await overviewOf(id)
  expect(relatedTruncated).toBe(true)
  expect(related).toHaveLength(20)
  expect(related.slice(0, 2).map(({ lead, state }) => [lead.id, state])).toEqual([
    [byPhone, 'open'],
    [byBoth, 'pending'],
  ])
  expect(related.slice(2).map(({ lead }) => lead.createdAt)).toEqual(
    Array.from({ length: 18 }, (_, i) => minute(21 - i)),
  )
})

test('exactly 20 related leads are not truncated', async () => {
  const email = `${randomUUID()}@example.com`
  const id = await storeLead({ email })
  await storeLeads(20, email)
  const { related, relatedTruncated } = await overviewOf(id)
  expect([related.length, relatedTruncated]).toEqual([20, false])
})

test('the cost does not grow with the number of leads that a sender has', async () => {
  const [email, phone] = [`${randomUUID()}@example.com`, '+49 30 123123']
  const id = await storeLead({ email, phone })
  await storeLeads(5_000, email, phone)
  const reserved = await sql.reserve()
  onTestFinished(() => reserved.release())
  await reserved`begin`
  const { related } = await getLeadOverview(createOverviewStore(reserved), principal(ALL_SCOPES), id)
  const [{ rows = 0 } = {}] = await reserved<{ rows: number }[]>`
    select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::int as rows from pg_stat_xact_user_tables`
  await reserved`commit`
  expect(related).toHaveLength(20)
  expect(rows).toBeGreaterThan(20)
  expect(rows).toBeLessThan(200)
})

test('notes of related leads are cut to 500 characters, that of the lead itself is whole', async () => {
  const email = `${randomUUID()}@example.com`
  const id = await storeLead({ email })
  await storeLeads(1, email, null, '🚀'.repeat(501))
  await storeLeads(1, email, null, '🚀'.repeat(500))
  await stack.sql`update leads set note = ${'🚀'.repeat(501)} where id = ${id}`
  const { lead, related } = await overviewOf(id)
  expect(lead.lead.note).toHaveLength(1002)
  expect(new Set(related.map(({ lead }) => lead.note))).toEqual(new Set([`${'🚀'.repeat(499)}…`, '🚀'.repeat(500)]))
})

test('of many corrections, the newest 50 are shown', async () => {
  const id = await storeLead()
  await storeInsight(id)
  await correct(id, 'P0', 'P1')
  for (let n = 0; n < 25; n += 1) {
    await correct(id, 'P2', 'P0')
    await correct(id, 'P0', 'P2')
  }
  const overview = await overviewOf(id)
  expect(overview.correctionsTruncated).toBe(true)
  expect(overview.corrections.map(({ comment }) => comment)).toEqual(
    Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? 'to P0' : 'to P2')),
  )
  expect(overview.corrections.map(({ createdAt }) => +createdAt)).toEqual(
    overview.corrections.map(({ createdAt }) => +createdAt).toSorted((a, b) => b - a),
  )
  expect(overview.timeline).toHaveLength(52)
})

test('an overview of the longest texts is far below the 4 MB of a gRPC message', async () => {
  const email = `${randomUUID()}@example.com`
  const note = '🚀'.repeat(20_000)
  const id = await storeLead({ email })
  await storeInsight(id)
  await stack.sql`update leads set note = ${note} where id = ${id}`
  await storeLeads(21, email, null, note)
  for (let n = 0; n < 25; n += 1) {
    await correct(id, 'P0', n === 0 ? 'P1' : 'P2', '🚀'.repeat(2_000))
    await correct(id, 'P2', 'P0', '🚀'.repeat(2_000))
  }
  const bytes = Buffer.byteLength(JSON.stringify(await overviewOf(id)))
  expect(bytes).toBeGreaterThan(500_000)
  expect(bytes).toBeLessThan(1_000_000)
})

describe('the dead letter', () => {
  const deadLetter = async (leadId: string, fields: object = {}) => {
    const letter = { lead_id: leadId, generation: 1, reason: 'delivery_limit', error: 'x', attempts: 5 }
    await stack.sql`insert into dead_letters ${stack.sql({ ...letter, last_failed_at: minute(9), ...fields })}`
  }

  test('is the state of a lead without an insight', async () => {
    const id = await storeLead()
    await deadLetter(id)
    expect(await overviewOf(id)).toMatchObject({
      lead: { state: 'dead_lettered', deadLetterReason: 'delivery_limit', insight: undefined },
      deadLetter: { generation: 1 },
    })
  })

  test('of a retriage stands beside the earlier insight, which still counts', async () => {
    const id = await storeLead()
    await storeInsight(id)
    await deadLetter(id, { generation: 2 })
    const { lead, deadLetter: failed } = await overviewOf(id)
    expect([lead.state, lead.deadLetterReason, failed?.generation]).toEqual(['open', undefined, 2])
  })

  test('is not there after a redrive, nor while its lead is parked', async () => {
    const [redriven, parked] = [await storeLead(), await storeLead()]
    await deadLetter(redriven)
    await stack.sql`update leads set generation = 2 where id = ${redriven}`
    await deadLetter(parked, { retry_at: minute(59) })
    for (const id of [redriven, parked]) {
      expect(await overviewOf(id)).toMatchObject({ lead: { state: 'pending' }, deadLetter: undefined })
    }
  })
})

test('a lead without contact data, or with a phone number without digits, has no related leads', async () => {
  const [none, noDigits] = [await storeLead(), await storeLead({ phone: 'none' })]
  await storeLead({ phone: 'none' })
  expect((await overviewOf(none)).related).toEqual([])
  expect((await overviewOf(noDigits)).related).toEqual([])
})

test('without leads:read an overview has no personal data, no comments and no related leads', async () => {
  const email = `${randomUUID()}@example.com`
  const [id] = [await storeLead({ email }), await storeLead({ email })]
  await storeInsight(id)
  await correct(id, 'P0', 'P1')
  const overview = await overviewOf(id, ['insights:read'])
  expect(overview).toMatchObject({ related: [], corrections: [{ comment: null }], lead: { lead: { note: '' } } })
  expect(JSON.stringify(overview)).not.toContain(email)
  expect((await overviewOf(id)).related).toHaveLength(1)
})

test('an overview of a lead that was erased, whose corrections are still there, is not found', async () => {
  const id = await storeLead()
  await storeInsight(id)
  await correct(id, 'P0', 'P1')
  await stack.sql`select erase_leads(array[${id}]::uuid[])`
  await expect(overviewOf(id)).rejects.toMatchObject({ code: 'lead_not_found' })
})
