import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../testkit/clients/browser.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { generateSigningKey } from '../testkit/identity-provider/signing-keys.ts'
import { codeOf, useSignIn } from './fixtures/sign-in.ts'

const at = useSignIn(useStack())

describe('a person who signs in with the provider', () => {
  test('has a session with their role, and returns to where they were', async () => {
    const { landed, response, session, browser } = await at.signIn('/healthz?from=sign-in')
    expect([landed.href, response.status]).toEqual([`${at.url}/healthz?from=sign-in`, 200])
    expect(await session()).toMatchObject({
      signed_in: true,
      sign_in: 'oidc',
      user: { id: `user:${at.provider.person.sub}`, name: 'Jo Doe' },
      role: 'agent',
      scopes: ['leads:read', 'leads:write', 'insights:read', 'insights:write'],
    })
    expect(await codeOf(browser.request(`${at.url}/leads/${randomUUID()}/insight`))).toBe('lead_not_found')
    expect([...browser.cookies.keys()]).toEqual(['__Host-leadtriage'])
  })

  test('may use the other services, within the role', async () => {
    at.provider.person.roles = ['viewer', 'something else']
    const { cookie } = await at.signIn()
    const triage = await at.start('triage', { AUTH: 'on', OIDC_ISSUER: at.provider.issuer })
    const intake = await at.start('intake', { AUTH: 'on', OIDC_ISSUER: at.provider.issuer })
    const headers = { cookie: `__Host-leadtriage=${cookie}`, 'sec-fetch-site': 'same-origin' }
    expect(await codeOf(fetch(`${intake.url}/leads/${randomUUID()}`, { headers }))).toBe('lead_not_found')
    expect(await codeOf(fetch(`${intake.url}/leads/`, { method: 'POST', headers }))).toBe('permission_denied')
    expect(await codeOf(fetch(`${triage.url}/queue`, { headers }))).toBe('permission_denied')
  })

  test('has the highest of their roles', async () => {
    at.provider.person.roles = ['viewer', 'admin', 'agent']
    expect(await (await at.signIn()).session()).toMatchObject({ role: 'admin' })
  })

  test('has the roles that only userinfo lists', async () => {
    at.provider.behaviour.rolesIn = 'userinfo'
    expect(await (await at.signIn()).session()).toMatchObject({ role: 'agent' })
  })

  test('is refused without a role, with a page that says so', async () => {
    for (const roles of [undefined, [], ['Agent', 'cook']]) {
      at.provider.person.roles = roles
      const { response, cookie } = await at.signIn()
      expect(response.status).toBe(403)
      expect(response.headers.get('content-type')).toContain('text/html')
      expect(await response.text()).toContain('You have no role here')
      expect(cookie).toBeUndefined()
    }
    expect(await at.auditOf()).toEqual(
      [1, 2, 3].map(() => expect.objectContaining({ action: 'sessions.refused', details: { reason: 'no_role' } })),
    )
  })

  test('appears in the audit log without personal data', async () => {
    const { browser } = await at.signIn()
    await browser.request(`${at.url}/auth/sign-out`, { method: 'POST' })
    const [started, ended] = await at.auditOf()
    expect(started).toMatchObject({ action: 'sessions.start', details: { role: 'agent', method: 'oidc' } })
    expect(ended).toMatchObject({ action: 'sessions.end', details: { reason: 'signed_out' } })
    expect(JSON.stringify([started, ended])).not.toContain('Doe')
  })
})

describe('a sign-in does not succeed', () => {
  const callback = async (browser: Browser, change: (query: URLSearchParams) => void) => {
    const begun = await browser.request(`${at.url}/auth/sign-in`)
    const back = await browser.request(begun.headers.get('location') ?? '')
    const location = new URL(back.headers.get('location') ?? '')
    change(location.searchParams)
    return location.href
  }

  test.each<[string, (query: URLSearchParams) => void]>([
    ['another state', (query) => query.set('state', 'another')],
    ['no state', (query) => query.delete('state')],
    ['another issuer', (query) => query.set('iss', 'https://other.example.com')],
    ['another code', (query) => query.set('code', 'another')],
  ])('with %s', async (_name, change) => {
    const browser = at.newBrowser()
    expect(await codeOf(browser.request(await callback(browser, change)))).toBe('unauthenticated')
    expect(browser.cookies.size).toBe(0)
  })

  test('in another browser than the one that began it (login CSRF)', async () => {
    const [attacker, victim] = [at.newBrowser(), at.newBrowser()]
    const link = await callback(attacker, () => undefined)
    expect(await codeOf(victim.request(link))).toBe('unauthenticated')
    await victim.request(`${at.url}/auth/sign-in`)
    expect(await codeOf(victim.request(link))).toBe('unauthenticated')
  })

  test('twice with the same response', async () => {
    const browser = at.newBrowser()
    const link = await callback(browser, () => undefined)
    const pending = browser.cookies.get('__Host-leadtriage-sign-in') ?? ''
    expect((await browser.request(link)).status).toBe(302)
    browser.cookies.set('__Host-leadtriage-sign-in', pending)
    expect(await codeOf(browser.request(link))).toBe('unauthenticated')
  })

  test.each([
    ['another nonce', { nonce: 'another' }],
    ['another audience', { aud: 'another' }],
    ['another issuer', { iss: 'https://other.example.com' }],
    ['an expiry in the past', { exp: 1 }],
  ])('if the ID token has %s', async (_name, changes) => {
    at.provider.behaviour.idTokenChanges = changes
    const { response, cookie } = await at.signIn()
    expect([response.status, cookie]).toEqual([401, undefined])
  })

  test('if the ID token is signed with a key that the provider does not publish', async () => {
    at.provider.behaviour.idTokenKey = await generateSigningKey('RS256')
    const { response, cookie } = await at.signIn()
    expect([response.status, cookie]).toEqual([401, undefined])
  })

  test('if the person may not sign in; the page names the reason and not the person', async () => {
    at.provider.person.disabled = true
    const { response } = await at.signIn()
    const page = await response.text()
    expect(response.status).toBe(401)
    expect(page).toContain('access_denied')
    expect(page).not.toContain('Doe')
  })

  test('while the provider is away, and does when it is back', async () => {
    const browser = at.newBrowser()
    const link = await callback(browser, () => undefined)
    at.provider.down = true
    expect((await browser.request(link)).status).toBe(503)
    at.provider.down = false
    expect((await at.signIn()).cookie).toBeDefined()
  })

  test.each([
    'https://evil.example.net/',
    '//evil.example.net',
    '/\\evil.example.net',
    'healthz',
    '/\t/evil.example.net',
    '/.//evil.example.net',
    '/x/..//evil.example.net',
  ])('to lead to another site: %s', async (returnTo) => {
    const browser = at.newBrowser()
    const begun = await browser.request(`${at.url}/auth/sign-in?return_to=${encodeURIComponent(returnTo)}`)
    const back = await browser.request(begun.headers.get('location') ?? '')
    const finished = await browser.request(back.headers.get('location') ?? '')
    expect(finished.headers.get('location')).toBe('/')
  })
})
