import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { ALL_SCOPES } from '../lib/auth/scopes.ts'
import type { LeadBody } from '../testkit/clients/rest.ts'
import { bodyOf, post } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)

async function storeKey(clientId: string): Promise<{ id: string; authorization: string }> {
  const [id, key] = [randomUUID(), generateKey('secret')]
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
    values (${id}, ${hashOfKey(key)}, ${hintOfKey(key)}, 'secret', 'key', ${clientId}, ${[...ALL_SCOPES]}, 'test')`
  return { id, authorization: `Bearer ${key}` }
}

describe('a service that other machines could call without a credential does not start', () => {
  test('with AUTH=off on an address that is not loopback', async () => {
    await expect(start('insights', { AUTH: 'off', HOST: '0.0.0.0' }, 'listening')).rejects.toThrow(
      /AUTH=off is wrong: it must be on with HOST=0\.0\.0\.0/,
    )
  })

  test('and with AUTH=on when no caller could authenticate', async () => {
    await expect(start('intake', { AUTH: 'on' }, 'listening')).rejects.toThrow(/keys create --bootstrap/)
    const { id } = await storeKey('tests')
    await stack.sql`update api_keys set expires_at = now() - interval '1 s' where id = ${id}`
    await expect(start('intake', { AUTH: 'on' }, 'listening')).rejects.toThrow(/keys create --bootstrap/)
  })
})

describe('with an API key', () => {
  test('two clients may use the same idempotency key, and each gets its own lead again', async () => {
    const [one, two] = [await storeKey('one'), await storeKey('two')]
    const intake = await start('intake', { AUTH: 'on' })
    const key = randomUUID()
    const create = (authorization: string, note: string) =>
      post(`${intake.url}/leads`, { note }, { authorization, 'idempotency-key': key })
    const first = await bodyOf<LeadBody>(create(one.authorization, 'from one'))
    const second = await bodyOf<LeadBody>(create(two.authorization, 'from two'))
    expect(second.id).not.toBe(first.id)
    expect(await bodyOf<LeadBody>(create(one.authorization, 'from one'))).toEqual(first)
    expect((await create(two.authorization, 'from one')).status).toBe(409)
  })

  test('that is revoked, calls are refused everywhere within five seconds', async () => {
    const { id, authorization } = await storeKey('tests')
    const [intake, insights] = await Promise.all([start('intake', { AUTH: 'on' }), start('insights', { AUTH: 'on' })])
    const urls = [`${intake.url}/leads/${randomUUID()}`, insightUrl(insights.url)]
    const statuses = () =>
      Promise.all(urls.map(async (url) => (await fetch(url, { headers: { authorization } })).status))
    const isRefused = async () => (await statuses()).every((status) => status === 401)
    expect(await statuses()).toEqual([404, 404])
    await stack.sql`update api_keys set revoked_at = now() where id = ${id}`
    const revokedAt = performance.now()
    await eventually(isRefused)
    expect(performance.now() - revokedAt).toBeLessThan(5_000)
  })

  test('its last use is stored when the service stops, at the latest', async () => {
    const { id, authorization } = await storeKey('tests')
    const insights = await start('insights', { AUTH: 'on' })
    await fetch(insightUrl(insights.url), { headers: { authorization } })
    await insights.kill('SIGTERM')
    const [key] = await stack.sql`select last_used_at > created_at as used from api_keys where id = ${id}`
    expect(key).toEqual({ used: true })
  })
})

/** The insight of a lead that does not exist. */
function insightUrl(baseUrl: string): string {
  return `${baseUrl}/leads/${randomUUID()}/insight`
}
