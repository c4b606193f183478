import { randomUUID } from 'node:crypto'
import { Code, createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { describe, expect, test } from 'vitest'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import type { LeadBody, ProblemBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import { eventually, nonEmpty } from '../testkit/eventually.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { useTcpProxies } from '../testkit/fixtures/tcp-proxies.ts'

const stack = useStack()
const proxyTo = useTcpProxies()
const start = useServices(stack)

describe('NATS', () => {
  test('unreachable at the start: intake accepts leads and is degraded, and every lead is triaged once NATS is reachable', async () => {
    const nats = await proxyTo(stack.natsUrl)
    await nats.cut()
    const intake = await start('intake', { NATS_URL: nats.url })
    expect(await bodyOf(fetch(`${intake.url}/readyz`))).toMatchObject({
      status: 'degraded',
      checks: { postgres: 'ok' },
    })
    const leads = await Promise.all(
      Array.from({ length: 50 }, (_, i) => bodyOf<LeadBody>(postLead(intake.url, { note: `${i}: a quote, please` }))),
    )

    await nats.heal()
    const insights = await start('insights')
    await start('triage')
    await eventually(async () => (await bodyOf<{ status: string }>(fetch(`${intake.url}/readyz`))).status === 'ready')
    for (const { id } of leads) expect((await getInsight(insights.url, id, '20s')).status).toBe(200)
    await intake.kill('SIGTERM')
  }, 60_000)

  test('unreachable while running: calls that wait for an insight still get it, and the worker reconnects', async () => {
    const nats = await proxyTo(stack.natsUrl)
    const [intake, insights, triage] = await Promise.all([
      start('intake', { NATS_URL: nats.url }),
      start('insights', { NATS_URL: nats.url }),
      start('triage', { NATS_URL: nats.url }),
    ])
    await nats.cut()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note: 'What does the Pro plan cost for 20 people?' }))
    const waiting = getInsight(insights.url, id, '30s')
    await eventually(async () => (await fetch(`${triage.url}/readyz`)).status === 503)
    expect((await fetch(`${triage.url}/queue`)).status).toBe(503)
    await nats.heal()
    expect((await waiting).status).toBe(200)
    await Promise.all([intake, insights, triage].map(({ kill }) => kill('SIGTERM')))
  }, 60_000)
})

describe('PostgreSQL', () => {
  test('does not respond: intake returns 503 within two seconds, and a retry with the same key creates one lead', async () => {
    const postgres = await proxyTo(stack.serviceUrls.intake)
    const intake = await start('intake', { DATABASE_URL: postgres.url })
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note: 'before' }))

    postgres.discardFromClients()
    const key = randomUUID()
    const startedAt = performance.now()
    const [created, read] = await Promise.all([
      postLead(intake.url, { note: 'meanwhile' }, key),
      fetch(`${intake.url}/leads/${id}`),
    ])
    // 2 s plus a margin for a busy machine; a call queued after another failure would take 3.6 s
    expect(performance.now() - startedAt).toBeLessThan(3_500)
    for (const response of [created, read]) {
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toBe('1')
      expect(await bodyOf<ProblemBody>(response)).toMatchObject({ code: 'unavailable' })
    }
    await eventually(async () => (await fetch(`${intake.url}/readyz`)).status === 503)

    await postgres.heal()
    await eventually(async () => (await postLead(intake.url, { note: 'meanwhile' }, key)).ok)
    const rows = await stack.sql`select note from leads where idempotency_key = ${key}`
    expect(rows).toEqual([{ note: 'meanwhile' }])
    await intake.kill('SIGTERM')
  }, 60_000)

  test('blocks many reads: all return 503, and few of them are executed afterwards', async () => {
    const intake = await start('intake')
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note: 'read me' }))
    const client = createClient(IntakeService, createGrpcTransport({ baseUrl: intake.url })) // one connection
    const read = () => client.getLead({ leadId: id })
    const rowsRead = await countRowsRead()
    const holder = await stack.sql.reserve()
    await holder`begin`
    await holder`lock table leads`
    const answers = await Promise.allSettled(Array.from({ length: 2_000 }, read))
    for (const answer of answers) expect(answer).toMatchObject({ reason: { code: Code.Unavailable } })
    await holder`rollback`
    holder.release()
    expect((await read()).lead?.note).toBe('read me')
    await intake.kill('SIGTERM')
    expect(await rowsRead()).toBeLessThan(1_000) // the reconciler reads some too
  }, 60_000)

  test('loses the connection between commit and response: the retry finds the lead', async () => {
    const postgres = await proxyTo(stack.serviceUrls.intake)
    const intake = await start('intake', { DATABASE_URL: postgres.url })
    const key = randomUUID()
    postgres.discardRepliesTo(key)
    expect((await postLead(intake.url, { note: 'committed, response lost' }, key)).status).toBe(503)
    const rows = () => stack.sql`select id from leads where idempotency_key = ${key}`
    const [committed] = await eventually(async () => nonEmpty(await rows()))

    await postgres.heal()
    const again = await eventually(async () => {
      const response = await postLead(intake.url, { note: 'committed, response lost' }, key)
      return response.ok ? response : undefined
    })
    expect(again.status).toBe(200)
    expect((await bodyOf<LeadBody>(again)).id).toBe(committed?.id)
    expect(await rows()).toHaveLength(1)
    await intake.kill('SIGTERM')
  }, 60_000)

  test('unreachable at the start: every service starts, is not ready, and works once PostgreSQL is reachable', async () => {
    const postgres = await proxyTo(stack.serviceUrls.intake)
    await postgres.cut()
    const through = (url: string) => Object.assign(new URL(url), { host: new URL(postgres.url).host }).href
    const names = ['intake', 'triage', 'insights'] as const
    const [intake, triage, insights] = await Promise.all(
      names.map((name) => start(name, { DATABASE_URL: through(stack.serviceUrls[name]) }, 'listening')),
    )
    for (const service of [intake, triage, insights]) {
      expect((await fetch(`${service?.url}/readyz`)).status).toBe(503)
      expect((await fetch(`${service?.url}/healthz`)).status).toBe(200)
    }
    expect((await postLead(intake?.url ?? '', { note: 'too early' })).status).toBe(503)

    await postgres.heal()
    const sent = await eventually(async () => {
      const response = await postLead(intake?.url ?? '', { note: 'A quote for 12 seats, please.' })
      return response.ok ? response : undefined
    })
    const { id } = await bodyOf<LeadBody>(sent)
    await eventually(async () => (await getInsight(insights?.url ?? '', id, '5s')).ok, 20_000)
    await Promise.all([intake, triage, insights].map((service) => service?.kill('SIGTERM')))
  }, 60_000)

  test('unreachable: workers keep their leads and continue afterwards, without a dead letter', async () => {
    const postgres = await proxyTo(stack.serviceUrls.triage)
    const [intake, insights, triage] = await Promise.all([
      start('intake'),
      start('insights'),
      start('triage', { DATABASE_URL: postgres.url }),
    ])
    await postgres.cut()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, { note: 'Please cancel my subscription.' }))
    await eventually(async () => (await fetch(`${triage.url}/readyz`)).status === 503)
    await postgres.heal()
    expect((await getInsight(insights.url, id, '20s')).status).toBe(200)
    expect(await stack.sql`select from dead_letters`).toHaveLength(0)
    await Promise.all([intake, insights, triage].map(({ kill }) => kill('SIGTERM')))
  }, 60_000)
})

/** Counts the rows of leads that services read from now on, with a row security policy that allows all of them. */
async function countRowsRead(): Promise<() => Promise<number>> {
  await stack.sql`create sequence rows_read`
  await stack.sql`grant usage on sequence rows_read to public`
  await stack.sql`create policy counted on leads using (nextval('rows_read') > 0) with check (true)`
  await stack.sql`alter table leads enable row level security`
  return async () => {
    await stack.sql`alter table leads disable row level security`
    const [row] = await stack.sql<{ n: number }[]>`select last_value::int as n from rows_read`
    return row?.n ?? 0
  }
}
