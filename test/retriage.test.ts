import { randomUUID } from 'node:crypto'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { beforeAll, describe, expect, test } from 'vitest'
import { Intent } from '../gen/leadtriage/insights/v1/insight_pb.ts'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import type { LeadBody, ProblemBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, post, postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { rejectedFields, rejectedPaths } from './fixtures/rejections.ts'

const BUY = 'Please send me a quote for 20 licences of the Pro plan.'
const SUPPORT = 'The export fails with an error since the update, please help.'

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
/** An intake with a higher retriage rate. */
let quick: ServiceProcess
let insights: ServiceProcess

beforeAll(async () => {
  ;[intake, quick, insights] = await Promise.all([
    start('intake', { RETRIAGE_PER_SECOND: '100' }),
    start('intake', { RETRIAGE_PER_SECOND: '100000' }),
    start('insights'),
    start('triage'),
  ])
})

const retriage = (body: unknown, by = quick) => post(`${by.url}/leads:retriage`, body)
const rpc = () => createClient(IntakeService, createConnectTransport({ baseUrl: quick.url, httpVersion: '1.1' }))

async function triagedLead(note: string): Promise<string> {
  const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note }))
  expect((await getInsight(insights.url, id)).status).toBe(200)
  return id
}

async function triagedLeads(count: number, note: string): Promise<string[]> {
  return Promise.all(Array.from({ length: count }, () => triagedLead(note)))
}

async function generations(leadId: string): Promise<{ lead: number; insight: number } | undefined> {
  const [row] = await stack.sql<{ lead: number; insight: number }[]>`
    select l.generation as lead, i.generation as insight
    from leads l join insights i on i.lead_id = l.id where l.id = ${leadId}`
  return row
}

const untriaged = async () =>
  (await stack.sql`select l.id from leads l join insights i on i.lead_id = l.id where i.generation < l.generation`).map(
    ({ id }) => id as string,
  )

async function expectGenerations(leadIds: readonly string[], generation: number): Promise<void> {
  for (const id of leadIds) {
    await eventually(async () => (await generations(id))?.insight === generation)
    expect(await generations(id)).toEqual({ lead: generation, insight: generation })
  }
}

const insightRow = async (leadId: string) => (await stack.sql`select * from insights where lead_id = ${leadId}`)[0]

test('a retriaged lead gets the next generation, and its insight is replaced but keeps created_at', async () => {
  const id = await triagedLead(BUY)
  const before = await insightRow(id)
  expect(await bodyOf(retriage({ lead_ids: [id, id, randomUUID()] }))).toEqual({ leads: 1 })
  await expectGenerations([id], 2)
  const after = await insightRow(id)
  expect(after).toEqual({ ...before, generation: 2, changed_in: expect.any(String), updated_at: expect.any(Date) })
  expect(after?.updated_at.getTime()).toBeGreaterThan(before?.updated_at.getTime())

  expect((await rpc().retriageLeads({ leadIds: [id] })).leads).toBe(1n)
  await expectGenerations([id], 3)
})

test('a dry run counts and changes nothing', async () => {
  const id = await triagedLead(BUY)
  expect(await bodyOf(retriage({ lead_ids: [id], dry_run: true }))).toEqual({ leads: 1 })
  const everything = await bodyOf<{ leads: number }>(retriage({ all: true, dry_run: true }))
  expect((await rpc().retriageLeads({ all: true, dryRun: true })).leads).toBe(BigInt(everything.leads))
  const [row] = await stack.sql`select count(*)::int as leads from leads`
  expect(everything.leads).toBe(row?.leads)
  expect(await untriaged()).toEqual([])
  expect(await generations(id)).toEqual({ lead: 1, insight: 1 })
})

test('a filter by analyzer and intent retriages only matching leads', async () => {
  const [buyOld = '', buyNew = ''] = await triagedLeads(2, BUY)
  const [supportOld = '', supportNew = ''] = await triagedLeads(2, SUPPORT)
  await stack.sql`update insights set analyzer = 'rules@0' where lead_id in (${buyOld}, ${supportOld})`
  expect(await bodyOf(retriage({ analyzer: 'rules@0', intents: ['buy', 'spam'] }))).toEqual({ leads: 1 })
  await expectGenerations([buyOld], 2)
  await expectGenerations([buyNew, supportOld, supportNew], 1)
  expect(await insightRow(buyOld)).toMatchObject({ analyzer: 'rules@3' })

  expect((await rpc().retriageLeads({ analyzer: 'rules@0' })).leads).toBe(1n)
  await expectGenerations([supportOld], 2)
  expect((await rpc().retriageLeads({ analyzer: 'rules@', dryRun: true })).leads).toBe(0n)
  const [row] = await stack.sql`select count(*)::int as leads from insights where intent = 'support'`
  expect((await rpc().retriageLeads({ intents: [Intent.SUPPORT], dryRun: true })).leads).toBe(BigInt(row?.leads))
})

test('created_after is inclusive and created_before is exclusive', async () => {
  const ids = await triagedLeads(3, BUY)
  const times = ['2020-01-01T00:00:00.000Z', '2020-01-01T00:00:00.001Z', '2020-01-01T00:00:00.002Z']
  for (const [i, id] of ids.entries()) {
    await stack.sql`update leads set created_at = ${times[i] ?? ''} where id = ${id}`
  }
  const [first = '', second = '', third = ''] = times
  expect(await bodyOf(retriage({ created_after: first, created_before: third, dry_run: true }))).toEqual({ leads: 2 })
  expect(await bodyOf(retriage({ created_before: second, dry_run: true }))).toEqual({ leads: 1 })
  const range = {
    createdAfter: timestampFromDate(new Date(second)),
    createdBefore: timestampFromDate(new Date(third)),
  }
  expect((await rpc().retriageLeads(range)).leads).toBe(1n)
  await expectGenerations(ids.slice(1, 2), 2)
  await expectGenerations([ids[0] ?? '', ids[2] ?? ''], 1)
})

describe('a retriage', () => {
  test.each([
    [{}],
    [{ dry_run: true }],
    [{ lead_ids: [], intents: [], all: false }],
    [{ all: true, analyzer: 'rules@1' }],
    [{ lead_ids: [randomUUID()], all: true }],
    [{ lead_ids: [randomUUID()], created_after: '2026-01-01T00:00:00Z' }],
  ])('without a selection, or with two, is rejected: %j', async (body) => {
    const response = await retriage(body)
    expect(response.status).toBe(422)
    const { errors } = await bodyOf<ProblemBody>(response)
    expect(errors).toEqual([{ path: '', message: expect.stringContaining('lead_ids, a filter (analyzer, intents, ') }])
  })

  test.each([
    [{ lead_ids: Array.from({ length: 1_001 }, () => randomUUID()) }, ['lead_ids']],
    [{ lead_ids: ['7'], analyser: 'rules@1' }, ['analyser', 'lead_ids[0]']],
    [{ analyzer: 'a\u0000b' }, ['analyzer']],
    [{ intents: ['buy', 'sell'] }, ['intents[1]']],
    [{ created_after: '2026', created_before: 7 }, ['created_after', 'created_before']],
    ['[]', ['']],
  ])('with invalid fields names each of them (%#)', async (body, paths) => {
    expect(await rejectedPaths(retriage(body))).toEqual(paths)
  })

  test('without a valid selection is rejected over RPC as well', async () => {
    expect(await rejectedFields(rpc().retriageLeads({}))).toEqual([''])
    expect(await rejectedFields(rpc().retriageLeads({ all: true, analyzer: 'rules@1' }))).toEqual([''])
    expect(await rejectedFields(rpc().retriageLeads({ intents: [Intent.BUY, 99 as Intent, 0] }))).toEqual([
      'intents[1]',
      'intents[2]',
    ])
  })
})

test('the insight of the next generation removes the dead letter of an older one', async () => {
  const id = await triagedLead(BUY)
  await stack.sql`
    insert into dead_letters (lead_id, generation, reason, error, attempts) values (${id}, 1, 'failed', 'x', 5)`
  await retriage({ lead_ids: [id] })
  await expectGenerations([id], 2)
  expect(await stack.sql`select from dead_letters where lead_id = ${id}`).toEqual([])
})

test('a retriage of 300 leads is throttled to 100 per second, and a new lead does not wait for it', async () => {
  const ids = await triagedLeads(300, BUY)
  const [begun] = await stack.sql<{ at: Date }[]>`select now() as at`
  expect(await bodyOf(retriage({ lead_ids: ids }, intake))).toEqual({ leads: 300 })
  const live = await bodyOf<LeadBody>(postLead(intake.url, { note: SUPPORT }))
  expect((await getInsight(insights.url, live.id)).status).toBe(200)

  await eventually(async () => (await untriaged()).length === 0, 20_000)
  const [row] = await stack.sql`
    select count(*) filter (where updated_at < ${begun?.at ?? null}::timestamptz + make_interval(secs => place / 100.0 - 0.001))::int as early,
           count(*) filter (where updated_at > (select created_at from insights where lead_id = ${live.id}))::int as later
    from (select updated_at, row_number() over (order by lead_id) as place from insights where lead_id = any(${ids}::uuid[])) t`
  // no lead may be early; lateness depends on the machine. Times have millisecond precision.
  expect(row?.early).toBe(0)
  expect(row?.later).toBeGreaterThan(0)
}, 60_000)

test('concurrent, repeated retriages of many leads miss none', async () => {
  await stack.sql`
    with bulk as (
      insert into leads (id, client_id, idempotency_key, request_hash, note, content_hash, created_at)
      select gen_random_uuid(), 'bulk', gen_random_uuid(), '\\x00', ${BUY}, 'x', '2021-01-01' from generate_series(1, 4500)
      returning id
    )
    insert into insights (lead_id, id, generation, stage, content_hash, intent, priority, next_action, confidence, tags,
                          reasons, language, analyzer)
    select id, gen_random_uuid(), 1, 'final', 'x', 'buy', 'P2', 'email', 1, '{}', '[]', 'en', 'bulk@1' from bulk`
  const bulk = { created_after: '2021-01-01T00:00:00Z', created_before: '2021-01-02T00:00:00Z' }
  for (let round = 0; round < 3; round += 1) {
    const both = await Promise.all([retriage(bulk), retriage(bulk)])
    expect(await Promise.all(both.map((response) => bodyOf(response)))).toEqual([{ leads: 4500 }, { leads: 4500 }])
  }
  await eventually(async () => (await untriaged()).length === 0, 80_000) // twice rejected leads: after 45 s
  const rows = await stack.sql`
    select l.generation as lead, i.generation as insight, count(*)::int as n
    from leads l join insights i on i.lead_id = l.id where l.client_id = 'bulk' group by 1, 2`
  expect(rows).toEqual([{ lead: 7, insight: 7, n: 4500 }])
}, 120_000)
