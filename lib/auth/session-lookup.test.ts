import { randomUUID } from 'node:crypto'
import { afterAll, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { useStack } from '../../testkit/fixtures/stack.ts'
import { connectPostgres } from '../postgres/connect.ts'
import { recordSessionUses } from './credential-uses.ts'
import { hashOfSessionId, newSessionId } from './session-cookie.ts'
import { lookUpSessions } from './session-lookup.ts'

const stack = useStack()
const { log } = captureLog()
const services = Object.entries(stack.serviceUrls).map(
  ([name, url]) => [name, connectPostgres({ url, applicationName: 'test', maxConnections: 1, log })] as const,
)
afterAll(() => Promise.all(services.map(([, sql]) => sql.end())))

interface Given {
  /** Minutes from now. */
  readonly expires?: number
  readonly ends?: number
  readonly keyId?: string
}

/** Stores a session with an idle timeout of 30 minutes; returns its hash in hex. */
async function session({ expires = 30, ends = 600, keyId }: Given = {}): Promise<string> {
  const hash = hashOfSessionId(newSessionId())
  await stack.sql`
    insert into sessions (hash, id, client_id, actor, scopes, key_id, subject, idle_minutes, expires_at, ends_at)
    values (${hash}, gen_random_uuid(), 'user:1', 'user:1', '{leads:read}', ${keyId ?? null},
            ${keyId === undefined ? '1' : null}, 30, now() + make_interval(mins => ${expires}),
            now() + make_interval(mins => ${ends}))`
  return hash.toString('hex')
}

async function key(changes: { revoked?: boolean; expired?: boolean } = {}): Promise<string> {
  const id = randomUUID()
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by, revoked_at, expires_at)
    values (${id}, ${hashOfSessionId(id)}, 'lt_sk_1…', 'secret', 'test', 'crm', '{leads:read}', 'cli',
            ${changes.revoked ? new Date() : null}, ${changes.expired ? new Date(0) : null})`
  return id
}

test.each(services)('%s finds live sessions, and neither ended nor unknown ones', async (_name, sql) => {
  const [live, ended, unknown] = [await session(), await session({ expires: -1 }), 'ab'.repeat(32)]
  const found = await lookUpSessions(sql, [ended, live, unknown])
  expect(found).toEqual([
    undefined,
    expect.objectContaining({ clientId: 'user:1', actor: 'user:1', scopes: ['leads:read'] }),
    undefined,
  ])
  expect(found[1]?.expiresInMs).toBeGreaterThan(29 * 60_000)
})

test('a session of an API key may not do more than the key may now, nor more than it could when it started', async () => {
  const [, sql] = services[0] as (typeof services)[0]
  const scopesWith = async (scopes: string[]) => {
    const keyId = await key()
    const hash = await session({ keyId })
    await stack.sql`update api_keys set scopes = ${scopes} where id = ${keyId}`
    return (await lookUpSessions(sql, [hash]))[0]?.scopes
  }
  expect(await scopesWith(['insights:read'])).toEqual([])
  expect(await scopesWith(['insights:read', 'leads:read'])).toEqual(['leads:read'])
})

test('a session of an API key ends with the key', async () => {
  const [, sql] = services[0] as (typeof services)[0]
  const keys = [await key(), await key({ revoked: true }), await key({ expired: true }), randomUUID()]
  const hashes = await Promise.all(keys.map((keyId) => session({ keyId })))
  expect((await lookUpSessions(sql, hashes)).map((found) => found !== undefined)).toEqual([true, false, false, false])
})

test.each(services)('%s extends sessions in use by their idle timeout, up to their end', async (_name, sql) => {
  const hashes = [
    await session({ expires: 1 }),
    await session({ expires: 1, ends: 10 }),
    await session({ expires: -1 }),
  ]
  const uses = recordSessionUses(sql, log)
  for (const hash of hashes) {
    const [row] = await stack.sql<{ id: string }[]>`select id from sessions where hash = decode(${hash}, 'hex')`
    uses.note(row?.id ?? '')
  }
  await uses.stop()
  const minutes = await Promise.all(
    hashes.map(async (hash) => {
      const [row] = await stack.sql<{ minutes: number }[]>`
        select round(extract(epoch from expires_at - now()) / 60)::int as minutes
        from sessions where hash = decode(${hash}, 'hex')`
      return row?.minutes
    }),
  )
  expect(minutes).toEqual([30, 10, -1])
})
