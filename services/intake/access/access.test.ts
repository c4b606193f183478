import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hintOfKey, kindOfKey } from '../../../lib/auth/api-key.ts'
import { AppError } from '../../../lib/errors/app-error.ts'
import { connectPostgres } from '../../../lib/postgres/connect.ts'
import { captureLog } from '../../../testkit/captured-log.ts'
import { useStack } from '../../../testkit/fixtures/stack.ts'
import { createAccess } from './access.ts'
import { createAuditEventStore } from './audit-event-store.ts'
import { createKeyStore } from './key-store.ts'

const stack = useStack()
const sql = connectPostgres({
  url: stack.serviceUrls.intake,
  applicationName: 'access.test',
  maxConnections: 4,
  log: captureLog().log,
})
afterAll(() => sql.end())
// connect beforehand: query timeouts include the time to connect
beforeAll(() => Promise.all(Array.from({ length: 4 }, () => sql`select pg_sleep(0.05)`)))
const access = createAccess({ keys: createKeyStore(sql, 'intake'), auditEvents: createAuditEventStore(sql) })

const SOURCE = { actor: 'key:tester', address: '203.0.113.7', requestId: 'request-1' }
const SECRET = { name: 'Website backend', client_id: 'website', scopes: ['leads:read', 'leads:write'] }
const PUBLISHABLE = {
  kind: 'publishable',
  name: 'Contact form',
  client_id: 'website',
  origins: ['https://www.example.com'],
}
const create = (fields: object = {}) => access.createKey(SOURCE, { ...SECRET, ...fields })
const rotate = (id: string, fields: object = {}) => access.rotateKey(SOURCE, { key_id: id, ...fields })
const rowOf = async (id: string) => (await stack.sql`select * from api_keys where id = ${id}`)[0]
const eventsOf = async (id: string) => stack.sql`select * from audit_events where target = ${`key:${id}`} order by id`

/** The invalid fields that a call is rejected for, or the code of another error. */
async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof AppError)) return error
  return error.code === 'invalid_request' ? error.violations.map(({ path }) => path).sort() : error.code
}

describe('a created key', () => {
  test('is stored as its hash, with what was asked for', async () => {
    const { key, text } = await create()
    expect(kindOfKey(text)).toBe('secret')
    expect(key).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      hint: hintOfKey(text),
      kind: 'secret',
      name: 'Website backend',
      clientId: 'website',
      scopes: ['leads:write', 'leads:read'],
      origins: [],
      state: 'active',
      createdAt: expect.any(Date),
      createdBy: 'key:tester',
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    })
    expect((await rowOf(key.id))?.hash).toEqual(createHash('sha256').update(text).digest())
  })

  test('for web forms may only store leads, from its origins', async () => {
    const { key, text } = await access.createKey(SOURCE, PUBLISHABLE)
    expect(kindOfKey(text)).toBe('publishable')
    expect(key).toMatchObject({ kind: 'publishable', scopes: ['leads:write'], origins: ['https://www.example.com'] })
  })

  test('has an audit event without its name, which may be that of a person', async () => {
    const expires_at = new Date(Date.now() + 60_000)
    const { key } = await create({ name: 'Ada Lovelace', expires_at })
    const details = {
      kind: 'secret',
      client_id: 'website',
      scopes: ['leads:write', 'leads:read'],
      origins: [],
      expires_at: expires_at.toISOString(),
    }
    expect(await eventsOf(key.id)).toMatchObject([
      {
        service: 'intake',
        actor: 'key:tester',
        action: 'keys.create',
        details,
        address: '203.0.113.7',
        request_id: 'request-1',
      },
    ])
    expect(JSON.stringify(await eventsOf(key.id))).not.toContain('Ada')
  })

  test('is not stored if its audit event cannot be', async () => {
    await stack.sql`alter table audit_events add constraint refused check (request_id <> 'refused')`
    const refused = access.createKey({ ...SOURCE, requestId: 'refused' }, { ...SECRET, client_id: 'no-audit' })
    await expect(refused).rejects.toMatchObject({ code: '23514' })
    expect(await stack.sql`select from api_keys where client_id = 'no-audit'`).toEqual([])
    await stack.sql`alter table audit_events drop constraint refused`
  })

  test.each<[what: string, fields: object, paths: string[]]>([
    ['no name', { name: undefined }, ['name']],
    ['an empty name', { name: '' }, ['name']],
    ['a name of 200 emoji', { name: '\u{1f600}'.repeat(200) }, []],
    ['a name of 201 emoji', { name: '\u{1f600}'.repeat(201) }, ['name']],
    ['a name of two lines', { name: 'a\nb' }, ['name']],
    ['a client with capitals', { client_id: 'Website' }, ['client_id']],
    ['a client that begins with a dot', { client_id: '.website' }, ['client_id']],
    ['the longest client', { client_id: 'a'.repeat(64) }, []],
    ['a client longer by one', { client_id: 'a'.repeat(65) }, ['client_id']],
    ['the reserved client', { client_id: 'anonymous' }, ['client_id']],
    ['no scopes', { scopes: [] }, ['scopes']],
    ['an unknown scope', { scopes: ['leads:write', 'leads:eat'] }, ['scopes[1]']],
    ['origins, although it is secret', { origins: ['https://a.example'] }, ['origins']],
    ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, ['expires_at']],
    ['an unknown kind', { kind: 'public' }, ['kind']],
    ['an unknown field', { nmae: 'x' }, ['nmae']],
    ['several faults', { name: '', client_id: '' }, ['client_id', 'name']],
    ['a web form without origins', { ...PUBLISHABLE, scopes: [], origins: [] }, ['origins']],
    ['a web form that reads', PUBLISHABLE, ['scopes']],
    ['a web form with its scope', { ...PUBLISHABLE, scopes: ['leads:write'] }, []],
    ...['http://localhost:3000', 'https://xn--bcher-kva.example'].map((origin): [string, object, string[]] => [
      `the origin ${origin}`,
      { ...PUBLISHABLE, scopes: [], origins: [origin] },
      [],
    ]),
    ...[
      'www.example.com',
      'https://www.example.com/',
      'https://a@b.example',
      '*',
      'https://*.b.example',
      'https://WWW.b.example',
      'null',
    ].map((origin): [string, object, string[]] => [
      `the origin ${origin}`,
      { ...PUBLISHABLE, scopes: [], origins: [origin] },
      ['origins[0]'],
    ]),
  ])('with %s is accepted or rejected for each invalid field: %j %j', async (_what, fields, paths) => {
    expect((await rejectionOf(create(fields))) ?? []).toEqual(paths)
  })
})

describe('a list', () => {
  test('has every key once, newest first, over pages', async () => {
    const created = []
    for (let i = 0; i < 5; i += 1) created.push((await create({ name: `listed ${i}` })).key.id)
    const listed: string[] = []
    for (let page_token: string | undefined; ; ) {
      const { keys, nextPageToken } = await access.listKeys({ page_size: 2, page_token })
      listed.push(...keys.map(({ id }) => id))
      if (nextPageToken === undefined) break
      page_token = nextPageToken
    }
    expect(listed.slice(0, 5)).toEqual(created.reverse())
    const [row] = await stack.sql`select count(*)::int as keys from api_keys`
    expect(listed).toHaveLength(row?.keys)
    expect(new Set(listed).size).toBe(listed.length)
  })

  test('distinguishes active, expired and revoked keys', async () => {
    const { key: revoked } = await create()
    await access.revokeKey(SOURCE, revoked.id)
    const { key: expired } = await create({ expires_at: new Date(Date.now() + 60_000) })
    await stack.sql`update api_keys set expires_at = now() where id = ${expired.id}`
    const { keys } = await access.listKeys({ page_size: 2 })
    expect(keys.map(({ state }) => state)).toEqual(['expired', 'revoked'])
  })

  test('rejects an invalid page size or token, and the token of another list', async () => {
    await access.createKey(SOURCE, PUBLISHABLE)
    const { nextPageToken } = await access.listAuditEvents({ page_size: 1 })
    for (const [input, paths] of [
      [{ page_size: -1 }, ['page_size']],
      [{ page_token: 'abc' }, ['page_token']],
      [{ page_token: nextPageToken }, ['page_token']],
    ] as const) {
      expect(await rejectionOf(access.listKeys(input))).toEqual(paths)
    }
  })
})

describe('revoking', () => {
  test('is recorded once, however often it is done', async () => {
    const { key } = await create()
    const first = await access.revokeKey(SOURCE, key.id.toUpperCase())
    expect(first).toMatchObject({ id: key.id, state: 'revoked', revokedAt: expect.any(Date) })
    expect(await access.revokeKey({ ...SOURCE, actor: 'key:other' }, key.id)).toEqual(first)
    expect((await eventsOf(key.id)).map(({ action, actor }) => [action, actor])).toEqual([
      ['keys.create', 'key:tester'],
      ['keys.revoke', 'key:tester'],
    ])
  })

  test('concurrently has the same result for all, and one event', async () => {
    const { key } = await create()
    const results = await Promise.all(Array.from({ length: 4 }, () => access.revokeKey(SOURCE, key.id)))
    expect(new Set(results.map(({ revokedAt }) => revokedAt?.getTime())).size).toBe(1)
    expect(results.map(({ state }) => state)).toEqual(Array(4).fill('revoked'))
    expect(await eventsOf(key.id)).toHaveLength(2)
  })

  test('fails for a key that does not exist and for an invalid id', async () => {
    expect(await rejectionOf(access.revokeKey(SOURCE, randomUUID()))).toBe('key_not_found')
    expect(await rejectionOf(access.revokeKey(SOURCE, '7'))).toEqual(['key_id'])
  })
})

describe('rotating', () => {
  test.each([
    ['secret', SECRET],
    ['publishable', PUBLISHABLE],
  ] as const)('a %s key creates one like it, and lets it expire a day later', async (kind, fields) => {
    const { key: old, text: oldText } = await access.createKey(SOURCE, fields)
    const { key, text, oldKey } = await rotate(old.id)
    expect(kindOfKey(text)).toBe(kind)
    expect(text).not.toBe(oldText)
    expect(key).toEqual({ ...old, id: key.id, hint: hintOfKey(text), createdAt: key.createdAt })
    expect(oldKey).toEqual({ ...old, expiresAt: expect.any(Date) })
    expect((oldKey.expiresAt?.getTime() ?? 0) - key.createdAt.getTime()).toBeCloseTo(86_400_000, -1)
    expect((await rowOf(key.id))?.hash).toEqual(createHash('sha256').update(text).digest())
    expect((await rowOf(old.id))?.hash).toEqual(createHash('sha256').update(oldText).digest())
    expect((await eventsOf(old.id)).at(-1)).toMatchObject({
      action: 'keys.rotate',
      details: { new_key: `key:${key.id}`, overlap_seconds: 86_400, expires_at: null },
    })
  })

  test('without overlap ends the old key at once', async () => {
    const { key } = await create()
    expect((await rotate(key.id, { overlap_seconds: 0 })).oldKey).toMatchObject({ id: key.id, state: 'expired' })
  })

  test('does not extend the expiry of the old key, nor copy it to the new one', async () => {
    const soon = new Date(Date.now() + 60_000)
    const { key: old } = await create({ expires_at: soon })
    const later = new Date(Date.now() + 3_600_000)
    const { key, oldKey } = await rotate(old.id, { expires_at: later })
    expect([oldKey.expiresAt, key.expiresAt]).toEqual([soon, later])
    expect((await rotate(key.id)).key.expiresAt).toBeNull()
  })

  test('fails, and creates nothing, for a key that is not active, or with invalid fields', async () => {
    const { key: revoked } = await create({ client_id: 'rotated' })
    await access.revokeKey(SOURCE, revoked.id)
    const { key: expired } = await create({ client_id: 'rotated' })
    await rotate(expired.id, { overlap_seconds: 0 })
    const { key: active } = await create({ client_id: 'rotated' })
    const count = async () => (await stack.sql`select from api_keys where client_id = 'rotated'`).length
    const before = await count()
    for (const [id, fields, expected] of [
      [randomUUID(), {}, 'key_not_found'],
      [revoked.id, {}, ['key_id']],
      [expired.id, {}, ['key_id']],
      ['7', { overlap_seconds: -1 }, ['key_id', 'overlap_seconds']],
      [active.id, { overlap_seconds: 2_592_001 }, ['overlap_seconds']],
      [active.id, { overlap_seconds: 0.5 }, ['overlap_seconds']],
      [active.id, { expires_at: '2020-01-01T00:00:00Z' }, ['expires_at']],
      [active.id, { name: 'another' }, ['name']],
    ] as const) {
      expect(await rejectionOf(rotate(id, fields))).toEqual(expected)
    }
    expect(await count()).toBe(before)
    expect(await eventsOf(active.id)).toHaveLength(1)
  })
})

describe('the audit log', () => {
  test('has events newest first, over pages, by actor, action and time', async () => {
    const actor = `key:${randomUUID()}`
    const { key } = await access.createKey({ ...SOURCE, actor }, SECRET)
    await access.rotateKey({ ...SOURCE, actor }, { key_id: key.id })
    await access.revokeKey({ ...SOURCE, actor, address: null, requestId: null }, key.id)
    const all = await access.listAuditEvents({ actor })
    expect(all.auditEvents.map(({ action }) => action)).toEqual(['keys.revoke', 'keys.rotate', 'keys.create'])
    expect(all.nextPageToken).toBeUndefined()
    expect(all.auditEvents[0]).toEqual({
      id: expect.any(Number),
      occurredAt: expect.any(Date),
      service: 'intake',
      actor,
      action: 'keys.revoke',
      target: `key:${key.id}`,
      details: {},
      address: null,
      requestId: null,
    })
    const first = await access.listAuditEvents({ actor, page_size: 2 })
    const second = await access.listAuditEvents({ actor, page_size: 2, page_token: first.nextPageToken })
    expect([...first.auditEvents, ...second.auditEvents]).toEqual(all.auditEvents)
    expect((await access.listAuditEvents({ actor, action: 'keys.rotate' })).auditEvents).toEqual([all.auditEvents[1]])

    await stack.sql`update audit_events set occurred_at = '2020-01-01' where actor = ${actor} and action = 'keys.create'`
    const year = { after: '2020-01-01T00:00:00Z', before: '2021-01-01T00:00:00Z' }
    expect((await access.listAuditEvents({ actor, ...year })).auditEvents).toHaveLength(1)
    expect((await access.listAuditEvents({ actor, before: year.after })).auditEvents).toEqual([])
  })

  test('rejects invalid filters, and a page token of another filter', async () => {
    const { nextPageToken } = await access.listAuditEvents({ page_size: 1 })
    for (const [input, paths] of [
      [{ actor: 'x'.repeat(201), action: 'a\u0000b' }, ['action', 'actor']],
      [{ after: 'yesterday', before: 7 }, ['after', 'before']],
      [{ user: 'x' }, ['user']],
      [{ page_token: nextPageToken, action: 'keys.create' }, ['page_token']],
    ] as const) {
      expect(await rejectionOf(access.listAuditEvents(input))).toEqual(paths)
    }
  })
})
