import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bodyOf } from '../testkit/clients/rest.ts'
import { eventually } from '../testkit/eventually.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { codeOf, type SessionBody, useSignIn } from './fixtures/sign-in.ts'

const stack = useStack()
const at = useSignIn(stack)

describe('the session', () => {
  test('is stored without its id, and the tokens of the provider are encrypted', async () => {
    const { cookie = '' } = await at.signIn()
    const [row] = await stack.sql`
      select sessions::text as stored, provider_tokens from sessions where subject = ${at.provider.person.sub}`
    expect(cookie).toHaveLength(43)
    expect(row?.stored).not.toContain(cookie)
    expect(Buffer.from(row?.provider_tokens).toString()).not.toMatch(/refreshToken|eyJ/)
  })

  test('has a new id after each sign-in, and the one before it ends (session fixation)', async () => {
    const { browser, cookie = '', session } = await at.signIn()
    await browser.open(`${at.url}/auth/sign-in`)
    expect(browser.cookies.get('__Host-leadtriage')).not.toBe(cookie)
    expect(await session()).toMatchObject({ signed_in: true })
    const before = at.newBrowser()
    before.cookies.set('__Host-leadtriage', cookie)
    expect(await bodyOf<SessionBody>(before.request(`${at.url}/auth/session`))).toMatchObject({ signed_in: false })
    const chosen = 'A'.repeat(43)
    before.cookies.set('__Host-leadtriage', chosen)
    await before.open(`${at.url}/auth/sign-in`)
    expect(before.cookies.get('__Host-leadtriage')).not.toBe(chosen)
  })

  test('ends at sign-out, which says where to sign out of the provider', async () => {
    const { browser, session, cookie = '' } = await at.signIn()
    const response = await browser.request(`${at.url}/auth/sign-out`, { method: 'POST' })
    const { end_session_url: endSession } = await bodyOf<{ end_session_url: string }>(response)
    expect(endSession).toMatch(new RegExp(`^${at.provider.issuer}/end-session\\?.*id_token_hint=eyJ`))
    expect(new URL(endSession).searchParams.get('post_logout_redirect_uri')).toBe(`${at.url}/`)
    expect(browser.cookies.size).toBe(0)
    expect(await session()).toMatchObject({ signed_in: false, user: null })
    const headers = { cookie: `__Host-leadtriage=${cookie}` }
    await eventually(
      async () => (await fetch(`${at.url}/leads/${randomUUID()}/insight`, { headers })).status === 401,
      6_000,
    )
  })

  test('cannot be ended by a page of another site', async () => {
    const { browser, session } = await at.signIn()
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example.net' }
    const refused = browser.request(`${at.url}/auth/sign-out`, { method: 'POST', headers })
    expect(await codeOf(refused)).toBe('permission_denied')
    expect(await session()).toMatchObject({ signed_in: true })
  })

  test('is deleted when it has expired', async () => {
    await at.signIn()
    await stack.sql`update sessions set expires_at = now() where subject = ${at.provider.person.sub}`
    const left = () => stack.sql`select from sessions where subject = ${at.provider.person.sub}`
    await eventually(async () => (await left()).length === 0)
  })
})

describe('while a person is signed in, the provider is asked about them, and the session', () => {
  const checkNow = () =>
    stack.sql`update sessions set checked_at = now() - interval '1 hour' where subject = ${at.provider.person.sub}`
  const ended = () => eventually(async () => (await at.auditOf())[1])

  test.each([
    ['refresh token', true],
    ['access token', false],
  ])('ends when they are disabled, by the %s', async (_name, refreshTokens) => {
    at.provider.behaviour.refreshTokens = refreshTokens
    const { session } = await at.signIn()
    at.provider.person.disabled = true
    await checkNow()
    expect(await ended()).toMatchObject({ action: 'sessions.end', details: { reason: 'provider_refused' } })
    expect(await session()).toMatchObject({ signed_in: false })
  })

  test('ends when they lose their role', async () => {
    await at.signIn()
    at.provider.person.roles = undefined
    await checkNow()
    expect(await ended()).toMatchObject({ details: { reason: 'no_role' } })
  })

  test('ends when nothing is left to ask with: no refresh token, and an access token that has expired', async () => {
    Object.assign(at.provider.behaviour, { refreshTokens: false, accessTokenSeconds: 0 })
    await at.signIn()
    at.provider.behaviour.accessTokenSeconds = 300
    await checkNow()
    expect(await ended()).toMatchObject({ details: { reason: 'provider_refused' } })
  })

  test('has their new role, again and again', async () => {
    const { session } = await at.signIn()
    for (const role of ['viewer', 'admin']) {
      at.provider.person.roles = [role]
      await checkNow()
      await eventually(async () => (await session()).role === role)
    }
  })

  test('keeps their role if only the sign-in could list it', async () => {
    at.provider.behaviour.refreshTokens = false
    const { session } = await at.signIn()
    at.provider.person.name = 'Jo New'
    await checkNow()
    await eventually(async () => (await session()).user?.name === 'Jo New')
    expect(await session()).toMatchObject({ role: 'agent' })
    at.provider.person.name = 'Jo Doe'
  })

  test('lasts while the provider is away', async () => {
    const { session } = await at.signIn()
    at.provider.down = true
    at.provider.requests.clear()
    await checkNow()
    await eventually(() => at.provider.requests.get('/token'))
    await eventually(() => at.insights.output().includes('could not check the sessions of people'))
    expect(await session()).toMatchObject({ signed_in: true })
  })
})
