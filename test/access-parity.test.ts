import { randomUUID } from 'node:crypto'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { Client } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, test } from 'vitest'
import type { CreateKeyRequestSchema } from '../gen/leadtriage/access/v1/access_service_pb.ts'
import { AccessService, KeyKind } from '../gen/leadtriage/access/v1/access_service_pb.ts'
import { bodyOf, post } from '../testkit/clients/rest.ts'
import { TRANSPORTS } from '../testkit/clients/rpc.ts'
import { eventually } from '../testkit/eventually.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import type { Outcome } from './fixtures/outcomes.ts'
import { expectSameOutcome, invalid } from './fixtures/outcomes.ts'

const stack = useStack()
const start = useServices(stack)
let intake: ServiceProcess
beforeAll(async () => {
  intake = await start('intake', { LOG_LEVEL: 'trace' })
})

type AccessClient = Client<typeof AccessService>

const expectParity = (
  expected: Partial<Outcome>,
  rest: () => Promise<Response>,
  rpc: (client: AccessClient) => Promise<unknown>,
) => expectSameOutcome(expected, rest, (transport) => rpc(createClient(AccessService, transport(intake.url))))

interface CreatedBody {
  key: { id: string; hint: string }
  text: string
}
const SECRET = { name: 'A key', client_id: 'website', scopes: ['leads:write'] }
const createdKey = () => bodyOf<CreatedBody>(post(`${intake.url}/keys`, SECRET))
const PAST = new Date('2020-01-01')

describe('a key is created, or rejected for the same invalid fields, over every protocol:', () => {
  test.each<[string, object, MessageInitShape<typeof CreateKeyRequestSchema>, Partial<Outcome>]>([
    ['a secret key', {}, {}, {}],
    ['a key that expires', { expires_at: '2100-01-01T00:00:00Z' }, { expiresAt: { seconds: 4_102_444_800n } }, {}],
    ['no name', { name: '' }, { name: '' }, invalid('name')],
    ['a reserved client', { client_id: 'anonymous' }, { clientId: 'anonymous' }, invalid('client_id')],
    ['no scopes', { scopes: [] }, { scopes: [] }, invalid('scopes')],
    ['an unknown scope', { scopes: ['x'] }, { scopes: ['x'] }, invalid('scopes[0]')],
    ['an unknown kind', { kind: 'public' }, { kind: 99 as KeyKind }, invalid('kind')],
    [
      'an expiry in the past',
      { expires_at: PAST.toISOString() },
      { expiresAt: timestampFromDate(PAST) },
      invalid('expires_at'),
    ],
    [
      'a web form',
      { kind: 'publishable', scopes: [], origins: ['https://a.example'] },
      { kind: KeyKind.PUBLISHABLE, scopes: [], origins: ['https://a.example'] },
      {},
    ],
    [
      'a web form without an origin',
      { kind: 'publishable', scopes: ['leads:read'] },
      { kind: KeyKind.PUBLISHABLE, scopes: ['leads:read'] },
      invalid('origins', 'scopes'),
    ],
  ])('%s', async (_what, body, request, expected) => {
    await expectParity(
      expected,
      () => post(`${intake.url}/keys`, { ...SECRET, ...body }),
      (client) => client.createKey({ name: 'A key', clientId: 'website', scopes: ['leads:write'], ...request }),
    )
  })
})

describe('a key is revoked and rotated with the same outcome over every protocol:', () => {
  test.each([
    ['that is active', async () => (await createdKey()).key.id, {}],
    ['that does not exist', async () => randomUUID(), { code: 'key_not_found' }],
    ['by an invalid UUID', async () => '7', invalid('key_id')],
  ])('one %s', async (_what, id, expected) => {
    const keyId = await id()
    await expectParity(
      expected,
      () => post(`${intake.url}/keys/${keyId}:rotate`, { overlap_seconds: 60 }),
      (client) => client.rotateKey({ keyId, overlapSeconds: 60 }),
    )
    await expectParity(
      expected,
      () => fetch(`${intake.url}/keys/${keyId}:revoke`, { method: 'POST' }),
      (client) => client.revokeKey({ keyId }),
    )
  })

  test('rotating one that is revoked, and one with invalid fields', async () => {
    const { key } = await createdKey()
    await expectParity(
      invalid('overlap_seconds'),
      () => post(`${intake.url}/keys/${key.id}:rotate`, { overlap_seconds: -1 }),
      (client) => client.rotateKey({ keyId: key.id, overlapSeconds: -1 }),
    )
    await fetch(`${intake.url}/keys/${key.id}:revoke`, { method: 'POST' })
    await expectParity(
      invalid('key_id'),
      () => post(`${intake.url}/keys/${key.id}:rotate`, {}),
      (client) => client.rotateKey({ keyId: key.id }),
    )
  })

  test('a rotation without overlap ends the old key at once over every protocol', async () => {
    for (const [, transport] of TRANSPORTS) {
      const client = createClient(AccessService, transport(intake.url))
      const { oldKey } = await client.rotateKey({ keyId: (await createdKey()).key.id, overlapSeconds: 0 })
      expect(oldKey?.expiresAt).toBeDefined()
      expect((await client.listKeys({ pageSize: 500 })).keys.find(({ id }) => id === oldKey?.id)).toEqual(oldKey)
    }
  })

  test('a body that repeats the id of the path is rejected', async () => {
    const { key } = await createdKey()
    const response = await post(`${intake.url}/keys/${key.id}:rotate`, { key_id: randomUUID() })
    expect(await bodyOf(response)).toMatchObject({ errors: [{ path: 'key_id' }] })
  })
})

describe('listing keys and audit events has the same outcome over every protocol:', () => {
  test.each<[string, string, Parameters<AccessClient['listKeys']>[0], Partial<Outcome>]>([
    ['all', '', {}, {}],
    ['with a negative page size', '?page_size=-1', { pageSize: -1 }, invalid('page_size')],
    ['with an invalid page token', '?page_token=abc', { pageToken: 'abc' }, invalid('page_token')],
  ])('keys, %s', async (_what, query, request, expected) => {
    await expectParity(
      expected,
      () => fetch(`${intake.url}/keys${query}`),
      (client) => client.listKeys(request),
    )
  })

  test.each<[string, string, Parameters<AccessClient['listAuditEvents']>[0], Partial<Outcome>]>([
    ['all', '', {}, {}],
    ['by actor and action', '?actor=anonymous&action=keys.create', { actor: 'anonymous', action: 'keys.create' }, {}],
    ['of an actor that is too long', `?actor=${'x'.repeat(201)}`, { actor: 'x'.repeat(201) }, invalid('actor')],
    ['with a negative page size', '?page_size=-1', { pageSize: -1 }, invalid('page_size')],
    ['with an invalid page token', '?page_token=abc', { pageToken: 'abc' }, invalid('page_token')],
  ])('audit events, %s', async (_what, query, request, expected) => {
    await expectParity(
      expected,
      () => fetch(`${intake.url}/audit-events${query}`),
      (client) => client.listAuditEvents(request),
    )
  })

  test('the same keys and events, with the same fields', async () => {
    const { key } = await createdKey()
    const [rest] = (await bodyOf<{ keys: object[] }>(fetch(`${intake.url}/keys?page_size=1`))).keys
    const [event] = (
      await bodyOf<{ audit_events: { id: number; details: object }[] }>(fetch(`${intake.url}/audit-events?page_size=1`))
    ).audit_events
    expect(rest).toEqual(key)
    for (const [, transport] of TRANSPORTS) {
      const client = createClient(AccessService, transport(intake.url))
      expect((await client.listKeys({ pageSize: 1 })).keys[0]).toMatchObject({ id: key.id, hint: key.hint })
      const [same] = (await client.listAuditEvents({ pageSize: 1 })).auditEvents
      expect(same).toMatchObject({ id: BigInt(event?.id ?? 0), details: event?.details })
    }
  })
})

test('an act is recorded with who asked for it, from where, and in which call, over every protocol', async () => {
  const calls = [
    async (headers: Record<string, string>) => post(`${intake.url}/keys`, SECRET, headers),
    ...TRANSPORTS.map(([, transport]) => async (headers: Record<string, string>) => {
      const client = createClient(AccessService, transport(intake.url))
      await client.createKey({ name: 'x', clientId: 'website', scopes: ['leads:write'] }, { headers })
    }),
  ]
  for (const call of calls) {
    const requestId = randomUUID()
    await call({ 'x-request-id': requestId })
    expect(await stack.sql`select service, actor, address from audit_events where request_id = ${requestId}`).toEqual([
      { service: 'intake', actor: 'anonymous', address: '127.0.0.1' },
    ])
  }
})

test('a method that a path with an id and a verb does not have is rejected with the ones that it has', async () => {
  const response = await fetch(`${intake.url}/keys/${randomUUID()}:revoke`)
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'OPTIONS, POST'])
  expect((await fetch(`${intake.url}/keys/${randomUUID()}:forget`, { method: 'POST' })).status).toBe(404)
})

test('a path with an id and a verb has one name in the log, without the id', async () => {
  const { key } = await createdKey()
  await fetch(`${intake.url}/keys/${key.id}:revoke`, { method: 'POST' })
  await eventually(() => intake.output().includes('"method":"POST /keys/:key_id:revoke"'))
})

test('the text of a key is in no row and in no line of the log', async () => {
  const texts = [await createdKey()]
  texts.push(await bodyOf<CreatedBody>(post(`${intake.url}/keys/${texts[0]?.key.id}:rotate`, {})))
  for (const [, transport] of TRANSPORTS) {
    const client = createClient(AccessService, transport(intake.url))
    const { key, text } = await client.createKey({ name: 'x', clientId: 'website', scopes: ['leads:write'] })
    texts.push({ key: { id: key?.id ?? '', hint: key?.hint ?? '' }, text })
  }
  const tables = await stack.sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' union all
    select viewname from pg_views where schemaname = 'public'`
  const rows = await Promise.all(
    tables.map(({ name }) => stack.sql`select to_jsonb(t)::text as row from ${stack.sql(name)} t`),
  )
  expect(intake.output()).toContain('"method":"POST /keys"')
  const stored = rows.flat().map(({ row }) => row as string)
  for (const { key, text } of texts) {
    expect(stored.some((row) => row.includes(key.id))).toBe(true)
    const random = text.split('_')[2] ?? ''
    expect(random).toHaveLength(48)
    for (const row of stored) expect(row).not.toContain(random)
    expect(intake.output()).not.toContain(random)
  }
})
