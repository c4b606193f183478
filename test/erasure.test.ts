import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { EmbeddedServer } from '../embedded/embedded-server.ts'
import { startNats } from '../embedded/nats.ts'
import { findNatsServer } from '../embedded/nats-server/find-nats-server.ts'
import { InsightReadySchema } from '../gen/leadtriage/events/v1/insight_ready_pb.ts'
import { goodAnswer, sendCompletion, startModelServer } from '../testkit/analyzers/model-server.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, post, postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { type ServiceProcess, useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

/*
 * Erasure with real servers, of which NATS is the test's own: it looks into the files of the streams, and stops NATS.
 */

vi.setConfig({ testTimeout: 120_000 }) // each test starts services, and some wait for an outage to end

const stack = useStack()
const { sql, names } = stack
let directory: string
let nats: EmbeddedServer
let connection: NatsConnection
// hooks run in reverse order: the services stop before their server
afterAll(async () => {
  await connection.close()
  await nats.stop()
  await rm(directory, { recursive: true, force: true })
})
const start = useServices(stack)
const logs: (() => string)[] = []

async function startService(name: 'intake' | 'triage' | 'insights', env: Record<string, string> = {}) {
  const service = await start(name, { NATS_URL: `nats://127.0.0.1:${nats.port}`, LOG_LEVEL: 'trace', ...env })
  logs.push(service.output)
  onTestFinished(async () => void (await service.kill('SIGTERM')))
  return service
}

async function startServer(port?: number): Promise<EmbeddedServer> {
  const { bin } = await findNatsServer()
  return startNats({ bin, storeDir: directory, ...(port !== undefined && { port }) })
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'leadtriage-erasure-'))
  nats = await startServer()
  connection = await connect({ servers: nats.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 })
})

const erase = (url: string, leadId: string) => fetch(`${url}/leads/${leadId}`, { method: 'DELETE' })
// the part of insights, which does not always run here, is tested beside its code
const isComplete = async () => (await sql`select from pending_erasures where part <> 'search'`).length === 0
const untilComplete = () => eventually(isComplete, 20_000)

const newCanary = () => `canary${randomUUID().slice(0, 8)}`

/** The value of a metric; undefined if it is not reported. */
async function metricOf({ url }: ServiceProcess, name: string): Promise<number | undefined> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n')
  const line = lines.find((each) => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

/** Where a text is found: in any row of any table, any message of both streams, any of their files, or any log. */
async function placesOf(text: string): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`select tablename as name from pg_tables where schemaname = 'public'`
  const rows = tables.map(async ({ name }) => {
    const found = await sql`select from ${sql(name)} t where to_jsonb(t)::text like ${`%${text}%`}`
    return found.length > 0 ? [`table ${name}`] : []
  })
  const inLogs = logs.some((output) => output().includes(text)) ? ['log'] : []
  return [...(await Promise.all(rows)).flat(), ...(await streamsWith(text)), ...(await filesWith(text)), ...inLogs]
}

async function streamsWith(text: string): Promise<string[]> {
  const manager = await jetstreamManager(connection)
  const found: string[] = []
  for (const stream of [names.leadsStream, names.insightsStream]) {
    const { first_seq: first, last_seq: last } = (await manager.streams.info(stream)).state
    for (let seq = first; seq <= last; seq += 1) {
      const message = await manager.streams.getMessage(stream, { seq })
      if (message?.string().includes(text)) found.push(`stream ${stream}`)
    }
  }
  return found
}

async function filesWith(text: string): Promise<string[]> {
  const paths = await readdir(directory, { recursive: true, withFileTypes: true })
  const found = await Promise.all(
    paths
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const content = await readFile(join(parentPath, name)).catch(() => Buffer.alloc(0)) // deleted meanwhile
        return content.includes(text) ? [name.endsWith('.log') ? 'log of NATS' : 'file of a stream'] : []
      }),
  )
  return found.flat()
}

/** Each field has the canary; the note is one that triage understands. */
const withCanary = (canary: string) => ({
  email: `${canary}@example.com`,
  phone: `+49 30 1234 ${canary}`,
  name: `Ada ${canary}`,
  note: `Please send ${canary} a quote for 20 seats.`,
  source: `web ${canary}`,
})

/** An event as a model would cause it, which quotes the note. */
async function publishInsightWith(canary: string, leadId: string): Promise<void> {
  const event = create(InsightReadySchema, { insight: { leadId, reasons: [{ text: `${canary} wants a quote` }] } })
  await jetstream(connection).publish(names.insightReady(leadId), toBinary(InsightReadySchema, event))
}

describe('after the erasure of a lead, what it contained is found nowhere:', () => {
  test('of one that was triaged, has a dead letter, and whose reasons quote it', async () => {
    const [intake, insights] = await Promise.all([
      startService('intake'),
      startService('insights'),
      startService('triage'),
    ])
    const canary = newCanary()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    expect((await getInsight(insights.url, id)).status).toBe(200)
    expect((await post(`${insights.url}/leads/${id}/corrections`, { spam: true, comment: canary })).status).toBe(201)
    await sql`update insights set reasons = ${sql.json([{ text: canary, start: 0, end: 1, weight: 1 }])} where lead_id = ${id}`
    await sql`insert into dead_letters (lead_id, generation, reason, error, attempts) values (${id}, 1, 'failed', ${canary}, 5)`
    await publishInsightWith(canary, id)
    await publishInsightWith('other', randomUUID()) // keeps the file of the stream
    expect(await placesOf(canary)).toEqual(
      expect.arrayContaining([
        'table leads',
        'table insights',
        'table dead_letters',
        'table corrections',
        `stream ${names.insightsStream}`,
        'file of a stream',
      ]),
    )

    expect((await erase(intake.url, id)).status).toBe(204)
    await untilComplete()
    // the statistics have the source of the lead until its hour is counted again
    await eventually(async () => (await placesOf(canary)).length === 0)
    expect((await fetch(`${intake.url}/leads/${id}`)).status).toBe(404)
    expect(await bodyOf(getInsight(insights.url, id, '0s'))).toMatchObject({ code: 'lead_not_found' })
  })

  test('of one that no worker has triaged', async () => {
    const intake = await startService('intake')
    const canary = newCanary()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    await bodyOf(postLead(intake.url, { note: 'Another lead, which keeps the file of the stream.' }))
    await eventually(async () => (await streamsWith(canary)).length > 0)
    expect(await placesOf(canary)).toEqual(['table leads', `stream ${names.leadsStream}`, 'file of a stream'])
    expect((await erase(intake.url, id)).status).toBe(204)
    await eventually(async () => (await placesOf(canary)).length === 0)
    await Promise.all([startService('triage'), startService('insights')])
    await untilComplete()
  })
})

describe('an erasure that was answered for is completed, and nothing of the lead remains:', () => {
  test('although NATS is down meanwhile', async () => {
    const [intake, insights] = await Promise.all([
      startService('intake'),
      startService('insights'),
      startService('triage'),
    ])
    const canary = newCanary()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    expect((await getInsight(insights.url, id)).status).toBe(200)
    await publishInsightWith(canary, id)
    const { port } = nats
    await nats.stop()
    expect((await erase(intake.url, id)).status).toBe(204)
    await eventually(async () => (await sql`select from insights where lead_id = ${id}`).length === 0)
    await eventually(
      async () => (await metricOf(intake, 'leadtriage_open_erasures{part="triage",service="intake"}')) === 1,
    )
    expect(await filesWith(canary)).toContain('file of a stream')

    nats = await startServer(port)
    await eventually(isComplete, 40_000)
    expect(await eventually(() => placesOf(canary))).toEqual([])
    await eventually(
      async () => (await metricOf(intake, 'leadtriage_open_erasures{part="triage",service="intake"}')) === 0,
    )
  })

  test('although intake is killed after the answer, and no worker runs', async () => {
    const intake = await startService('intake')
    const canary = newCanary()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    await eventually(async () => (await streamsWith(canary)).length > 0)
    expect((await erase(intake.url, id)).status).toBe(204)
    await intake.kill('SIGKILL')
    await Promise.all([startService('intake'), startService('triage'), startService('insights')])
    await eventually(isComplete, 40_000)
    await eventually(async () => (await placesOf(canary)).length === 0)
  })

  test('although a worker waits for the answer of a model, which quotes the note', async () => {
    const held: (() => void)[] = []
    const model = await startModelServer((request, response) =>
      held.push(() => sendCompletion(response, goodAnswer(request))),
    )
    onTestFinished(() => model.close())
    const cascade = { ANALYZER: 'cascade', CASCADE_CONFIDENCE: '1', LLM_BASE_URL: model.url, LLM_MODEL: 'imitated' }
    const [intake, triage] = await Promise.all([
      startService('intake'),
      startService('triage', cascade),
      startService('insights'),
    ])
    const canary = newCanary()
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    await eventually(() => held.length > 0)
    expect(await sql`select stage from insights where lead_id = ${id}`).toEqual([{ stage: 'provisional' }])
    expect((await erase(intake.url, id)).status).toBe(204)
    await untilComplete()

    for (const answer of held) answer()
    await eventually(
      async () => (await metricOf(triage, 'leadtriage_messages_total{outcome="acked",service="triage"}')) === 1,
    )
    expect(await sql`select from insights where lead_id = ${id}`).toEqual([])
    const manager = await jetstreamManager(connection)
    const { state } = await manager.streams.info(names.insightsStream, { subjects_filter: names.insightReady(id) })
    expect(state.subjects).toBeUndefined()
    await eventually(async () => (await placesOf(canary)).length === 0)
  })
})

describe('the leads of a person', () => {
  test('are counted, erased and recorded without personal data, and a repetition erases none', async () => {
    const intake = await startService('intake')
    const canary = newCanary()
    const create = async (email: string) => (await bodyOf<LeadBody>(postLead(intake.url, { note: 'Hi', email }))).id
    const ids = [await create(`${canary}@example.com`), await create(`${canary.toUpperCase()}@Example.com`)]
    const other = await create(`x${canary}@example.com`)
    const eraseSubject = (body: object) => bodyOf(post(`${intake.url}/leads:erase-subject`, body))
    const email = ` ${canary}@EXAMPLE.com `
    expect(await eraseSubject({ email, dry_run: true })).toEqual({ leads: 2 })
    expect((await fetch(`${intake.url}/leads/${ids[0]}`)).status).toBe(200)
    expect(await eraseSubject({ email })).toEqual({ leads: 2 })
    expect(await eraseSubject({ email })).toEqual({ leads: 0 })
    for (const id of ids) expect((await erase(intake.url, id)).status).toBe(204)
    const status = async (id: string) => (await fetch(`${intake.url}/leads/${id}`)).status
    expect([await status(ids[0] ?? ''), await status(other)]).toEqual([404, 200])
    expect((await erase(intake.url, other)).status).toBe(204)
    expect((await erase(intake.url, other)).status).toBe(204)

    const events =
      await sql`select actor, action, target, details from audit_events where details ? 'leads' order by id desc limit 2`
    expect(events).toEqual([
      { actor: 'anonymous', action: 'leads.erase', target: `lead:${other}`, details: { leads: 1 } },
      { actor: 'anonymous', action: 'subjects.erase', target: 'leads', details: { leads: 2, selected_by: 'email' } },
    ])
    await Promise.all([startService('triage'), startService('insights')])
    await untilComplete()
    await eventually(async () => (await placesOf(canary)).length === 0)
  })
})

test('leads older than LEAD_RETENTION_DAYS are erased by themselves', async () => {
  const intake = await startService('intake', { LEAD_RETENTION_DAYS: '30' })
  const create = async () => (await bodyOf<LeadBody>(postLead(intake.url, { note: 'Hi' }))).id
  const [old, young] = [await create(), await create()]
  await sql`update leads set created_at = now() - interval '31 days' where id = ${old}`
  await eventually(async () => (await fetch(`${intake.url}/leads/${old}`)).status === 404)
  expect((await fetch(`${intake.url}/leads/${young}`)).status).toBe(200)
})
