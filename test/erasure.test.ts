import { randomUUID } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EmbeddedServer } from '../embedded/embedded-server.ts'
import { startNats } from '../embedded/nats.ts'
import { findNatsServer } from '../embedded/nats-server/find-nats-server.ts'
import { InsightReadySchema } from '../gen/leadtriage/events/v1/insight_ready_pb.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, getInsight, postLead } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

/*
 * Erasure with real servers, of which NATS is the test's own: it looks into the files of the streams, and stops NATS.
 */

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
const isComplete = async () => (await sql`select from pending_erasures`).length === 0
const untilComplete = () => eventually(isComplete, 20_000)

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
    const [intake, triage, insights] = await Promise.all([
      startService('intake'),
      startService('triage'),
      startService('insights'),
    ])
    const canary = `canary${randomUUID().slice(0, 8)}`
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    expect((await getInsight(insights.url, id)).status).toBe(200)
    await sql`update insights set reasons = ${sql.json([{ text: canary, start: 0, end: 1, weight: 1 }])} where lead_id = ${id}`
    await sql`insert into dead_letters (lead_id, generation, reason, error, attempts) values (${id}, 1, 'failed', ${canary}, 5)`
    await publishInsightWith(canary, id)
    const places = await placesOf(canary)
    expect(places).toEqual(
      expect.arrayContaining(['table leads', 'table insights', 'table dead_letters', `stream ${names.insightsStream}`]),
    )

    expect((await erase(intake.url, id)).status).toBe(204)
    await untilComplete()
    expect(await placesOf(canary)).toEqual([])
    expect((await fetch(`${intake.url}/leads/${id}`)).status).toBe(404)
    expect(await bodyOf(getInsight(insights.url, id, '0s'))).toMatchObject({ code: 'lead_not_found' })
    await Promise.all([intake, triage, insights].map((service) => service.kill('SIGTERM')))
  })

  test('of one that no worker has triaged', async () => {
    const intake = await startService('intake')
    const canary = `canary${randomUUID().slice(0, 8)}`
    const { id } = await bodyOf<LeadBody>(postLead(intake.url, withCanary(canary)))
    await eventually(async () => (await streamsWith(canary)).length > 0)
    expect(await placesOf(canary)).toEqual(['table leads', `stream ${names.leadsStream}`, 'file of a stream'])
    expect((await erase(intake.url, id)).status).toBe(204)
    await eventually(async () => (await sql`select from pending_erasures where part = 'queue'`).length === 0)
    expect(await placesOf(canary)).toEqual([])
    const triage = await startService('triage')
    await untilComplete()
    await Promise.all([intake, triage].map((service) => service.kill('SIGTERM')))
  })
})
