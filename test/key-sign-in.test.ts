import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { generateKey, hashOfKey, type KeyKind } from '../lib/auth/api-key.ts'
import { createBrowser } from '../testkit/clients/browser.ts'
import { bodyOf, type ProblemBody } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { codeOf, type SessionBody, useSignIn } from './fixtures/sign-in.ts'

const stack = useStack()
const at = useSignIn(stack)

describe('without a provider, a person signs in with an API key, which', () => {
  let keyUrl: string
  beforeAll(async () => {
    await storeKey() // without any key and without a provider it does not start
    ;({ url: keyUrl } = await at.startOnLocalhost())
  })

  async function storeKey(kind: KeyKind = 'secret') {
    const [id, key] = [randomUUID(), generateKey(kind)]
    const scopes = kind === 'secret' ? ['insights:read'] : ['leads:write']
    await stack.sql`
      insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
      values (${id}, ${hashOfKey(key)}, 'lt_…', ${kind}, 'test', 'crm', ${scopes}, 'cli')`
    return { id, key }
  }
  async function signInWith(key: unknown, headers: Record<string, string> = {}) {
    const browser = createBrowser(new URL(keyUrl).host)
    const body = JSON.stringify({ api_key: key })
    const json = { 'content-type': 'application/json', ...headers }
    const response = await browser.request(`${keyUrl}/auth/sign-in`, { method: 'POST', headers: json, body })
    return { browser, response }
  }

  test('gives the session its scopes', async () => {
    const { id, key } = await storeKey()
    const { browser, response } = await signInWith(key)
    expect(await response.json()).toMatchObject({
      signed_in: true,
      sign_in: 'api_key',
      user: { id: `key:${id}`, name: null },
      role: null,
      scopes: ['insights:read'],
    })
    expect((await browser.request(`${keyUrl}/leads/${randomUUID()}/insight`)).status).toBe(404)
    expect((await at.auditOf(`key:${id}`))[0]).toMatchObject({
      action: 'sessions.start',
      details: { method: 'api_key' },
    })
  })

  test('takes scopes from it that the key loses', async () => {
    const { id, key } = await storeKey()
    const { browser } = await signInWith(key)
    await stack.sql`update api_keys set scopes = '{leads:read}' where id = ${id}`
    expect(await bodyOf<SessionBody>(browser.request(`${keyUrl}/auth/session`))).toMatchObject({
      signed_in: true,
      scopes: [],
    })
  })

  test('ends it when the key is revoked', async () => {
    const { id, key } = await storeKey()
    const { browser } = await signInWith(key)
    await stack.sql`update api_keys set revoked_at = now() where id = ${id}`
    const session = await bodyOf<SessionBody>(browser.request(`${keyUrl}/auth/session`))
    expect(session).toMatchObject({ signed_in: false, sign_in: 'api_key' })
    await eventually(
      async () => (await browser.request(`${keyUrl}/leads/${randomUUID()}/insight`)).status === 401,
      6_000,
    )
  })

  test('must exist, be secret, and come from a page of this origin', async () => {
    const { key } = await storeKey()
    const outcome = async (...args: Parameters<typeof signInWith>) => {
      const { response, browser } = await signInWith(...args)
      expect(browser.cookies.size).toBe(0)
      return (await bodyOf<ProblemBody>(response)).code
    }
    expect(await outcome(generateKey('secret'))).toBe('unauthenticated')
    expect(await outcome('lt_sk_')).toBe('unauthenticated')
    expect(await outcome(7)).toBe('invalid_request')
    expect(await outcome((await storeKey('publishable')).key)).toBe('permission_denied')
    expect(await outcome(key, { 'sec-fetch-site': 'cross-site' })).toBe('permission_denied')
  })

  test('is not accepted where a provider is configured, and the other way round', async () => {
    const { key } = await storeKey()
    const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
    const body = JSON.stringify({ api_key: key })
    expect(await codeOf(fetch(`${at.url}/auth/sign-in`, { method: 'POST', headers, body }))).toBe('route_not_found')
    expect(await codeOf(fetch(`${keyUrl}/auth/sign-in`))).toBe('route_not_found')
  })
})

test('with AUTH=off everybody is signed in', async () => {
  const open = await at.start('insights')
  const session = await bodyOf<SessionBody>(fetch(`${open.url}/auth/session`))
  expect(session).toMatchObject({ signed_in: true, sign_in: 'off', user: null })
  expect(session.scopes).toContain('keys:admin')
})
