import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
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
const parts = { overviews: createOverviewStore(sql), corrections: createCorrectionStore(sql) }
const overviewOf = (id: string, scopes: readonly Scope[] = ALL_SCOPES) =>
  getLeadOverview(parts, { clientId: 'test', actor: 'test', scopes: new Set(scopes) }, id)

const minute = (n: number) => new Date(Date.UTC(2026, 0, 31, 12, n))

async function storeLead(fields: { email?: string; phone?: string; at?: Date } = {}): Promise<string> {
  const lead = { id: randomUUID(), client_id: 'website', idempotency_key: randomUUID(), note: 'note', content_hash: '' }
  const { at = minute(0), email = null, phone = null } = fields
  await stack.sql`insert into leads ${stack.sql({ ...lead, request_hash: Buffer.of(0), email, phone, created_at: at })}`
  return lead.id
}

async function storeInsight(leadId: string, fields: object = {}): Promise<void> {
  const insight = {
    ...{ lead_id: leadId, id: randomUUID(), generation: 1, stage: 'final', content_hash: 'hash', intent: 'buy' },
    ...{ priority: 'P1', next_action: 'email', confidence: 0.5, tags: [], language: 'en', analyzer: 'test@1' },
    ...{ reasons: [], created_at: minute(1), updated_at: minute(1), ...fields },
  }
  await stack.sql`insert into insights ${stack.sql(insight)}`
}

async function correct(leadId: string, priority: 'P0' | 'P2', basedOn: 'P0' | 'P1' | 'P2'): Promise<void> {
  await parts.corrections.add({
    ...{ id: randomUUID(), leadId, basedOn: { intent: 'buy', priority: basedOn }, comment: `to ${priority}` },
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
  const { lead, corrections, deadLetter, timeline, related } = await overviewOf(id.toUpperCase())
  expect(lead).toMatchObject({ state: 'open', clientId: 'website', insight: { priority: 'P2' } })
  expect(lead.insight?.corrected?.analyzerVerdict.priority).toBe('P1')
  expect(corrections.map(({ comment }) => comment)).toEqual(['to P2', 'to P0'])
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
  const { related } = await overviewOf(id)
  expect(related).toHaveLength(20)
  expect(related.slice(0, 2).map(({ lead, state }) => [lead.id, state])).toEqual([
    [byPhone, 'open'],
    [byBoth, 'pending'],
  ])
  expect(related.slice(2).map(({ lead }) => lead.createdAt)).toEqual(
    Array.from({ length: 18 }, (_, i) => minute(21 - i)),
  )
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
