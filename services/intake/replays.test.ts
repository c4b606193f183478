import { randomUUID } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport } from '@connectrpc/connect-node'
import { jetstreamManager } from '@nats-io/jetstream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leadRequestSchema } from '../../domain/lead.ts'
import { IntakeService } from '../../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { connectPostgres } from '../../lib/postgres/connect.ts'
import { captureLog } from '../../testkit/captured-log.ts'
import { importAll, toNdjson } from '../../testkit/clients/imports.ts'
import type { LeadBody } from '../../testkit/clients/rest.ts'
import { bodyOf, postLead } from '../../testkit/clients/rest.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useNats } from '../../testkit/fixtures/nats.ts'
import type { ServiceProcess } from '../../testkit/fixtures/services.ts'
import { useServices } from '../../testkit/fixtures/services.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { toRow } from './create-lead.ts'
import { createLeadStore } from './lead-store.ts'

const NOTE = 'A quote for 20 seats, please.'

const stack = useStack()
const start = useServices(stack)
const nats = useNats()
const { log } = captureLog()
const sql = connectPostgres({ url: stack.serviceUrls.intake, applicationName: 'replays.test', maxConnections: 1, log })
afterAll(() => sql.end())
let intake: ServiceProcess

beforeAll(async () => {
  intake = await start('intake') // without triage: the reconciler publishes nothing while there is no consumer
})

/** A lead that was committed `ageSeconds` ago and whose event was never published. */
async function committed(ageSeconds: number): Promise<{ id: string; key: string }> {
  const key = randomUUID()
  const row = toRow(
    { clientId: 'anonymous', traceparent: undefined },
    leadRequestSchema.parse({ idempotency_key: key, lead: { note: NOTE } }),
  )
  await createLeadStore(sql).insert([row])
  await stack.sql`update leads set created_at = now() - make_interval(secs => ${ageSeconds}) where id = ${row.id}`
  return { id: row.id, key }
}

async function isInStream(leadId: string): Promise<boolean> {
  const manager = await jetstreamManager(await nats.first())
  const subject = stack.names.leadReceived(leadId)
  const { state } = await manager.streams.info(stack.names.leadsStream, { subjects_filter: subject })
  return state.subjects?.[subject] === 1
}

const protocols: [name: string, send: (key: string) => Promise<unknown>][] = [
  ['CreateLead', async (key) => expect((await postLead(intake.url, { note: NOTE }, key)).status).toBe(200)],
  [
    'BatchCreateLeads',
    async (key) => {
      const client = createClient(IntakeService, createConnectTransport({ baseUrl: intake.url, httpVersion: '1.1' }))
      await client.batchCreateLeads({ requests: [{ idempotencyKey: key, lead: { note: NOTE } }] })
    },
  ],
  [
    'an import',
    async (key) => {
      const { last } = await importAll(intake.url, toNdjson([{ idempotency_key: key, note: NOTE }]))
      expect(last).toMatchObject({ done: { replayed: 1 } })
    },
  ],
]

describe.each(protocols)('%s', (_name, send) => {
  test('republishes the event of a recent lead', async () => {
    const { id, key } = await committed(0)
    await send(key)
    await eventually(() => isInStream(id))
  })

  test('does not republish the event of an older lead, which the reconciler covers', async () => {
    const { id, key } = await committed(60)
    await send(key)
    const next = await bodyOf<LeadBody>(postLead(intake.url, { note: NOTE }))
    await eventually(() => isInStream(next.id)) // messages are stored in the order of publication
    expect(await isInStream(id)).toBe(false)
  })
})
