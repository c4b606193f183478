import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useStack } from '../testkit/fixtures/stack.ts'
import { generateSigningKey, unsignedToken } from '../testkit/identity-provider/signing-keys.ts'
import { useSignIn } from './fixtures/sign-in.ts'

const at = useSignIn(useStack())

/** What the provider sends. */
function notify(token: string, url = at.url): Promise<Response> {
  return fetch(`${url}/auth/back-channel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  })
}
const signedIn = async ({ session }: Awaited<ReturnType<typeof at.signIn>>) => (await session()).signed_in
const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow

describe('when a person signs out at the provider (back-channel logout)', () => {
  test('the session that it names ends, and the others of the person last', async () => {
    const [first, second] = [await at.signIn(), await at.signIn()]
    const [sid] = at.provider.sids.slice(-2)
    const response = await notify(await at.provider.logoutToken({ sid, sub: at.provider.person.sub }))
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect([await signedIn(first), await signedIn(second)]).toEqual([false, true])
    expect((await at.auditOf()).at(-1)).toMatchObject({
      action: 'sessions.end',
      details: { reason: 'provider_logout' },
    })
  })

  test('all their sessions end if it names the person only, and no session of others', async () => {
    const other = await at.signIn()
    at.provider.person.sub = randomUUID()
    const [first, second] = [await at.signIn(), await at.signIn()]
    const token = await at.provider.logoutToken({ sub: at.provider.person.sub })
    expect((await notify(token)).status).toBe(200)
    expect([await signedIn(first), await signedIn(second), await signedIn(other)]).toEqual([false, false, true])
    expect((await notify(token)).status).toBe(200)
  })
})

describe('a logout token is refused, and no session ends,', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['for another audience', { aud: 'another' }],
    ['of another issuer', { iss: 'https://other.example.com' }],
    ['that has expired', { exp: seconds(-60) }],
    ['that is old and never expires', { exp: undefined, iat: seconds(-600) }],
    ['without a time', { iat: undefined }],
    ['without an id', { jti: undefined }],
    ['without the event', { events: { 'https://example.com/other': {} } }],
    ['without any event', { events: undefined }],
    ['with the nonce of an ID token', { nonce: 'x' }],
  ])('%s', async (_name, changes) => {
    const person = await at.signIn()
    const response = await notify(await at.provider.logoutToken({ sub: at.provider.person.sub, ...changes }))
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }])
    expect(await signedIn(person)).toBe(true)
  })

  test('that names no person, is not signed, is of another type, or is none', async () => {
    const person = await at.signIn()
    const { sub } = at.provider.person
    const tokens = [
      await at.provider.logoutToken({}),
      unsignedToken({ ...at.provider.claims(), events: {} }),
      await at.provider.logoutToken({ sub }, { header: { typ: 'at+jwt' } }),
      await at.provider.logoutToken({ sub }, { key: await generateSigningKey('RS256') }),
      '',
    ]
    for (const token of tokens) expect((await notify(token)).status).toBe(400)
    expect(await signedIn(person)).toBe(true)
  })
})

test('the request must be a form', async () => {
  const response = await fetch(`${at.url}/auth/back-channel-logout`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: 'logout_token=x',
  })
  expect(response.status).toBe(415)
})
