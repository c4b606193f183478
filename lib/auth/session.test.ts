import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { Scope } from './scopes.ts'
import { createSessionVerifier } from './session.ts'
import { hashOfSessionId, NO_SESSION_COOKIE, newSessionId, sessionCookie } from './session-cookie.ts'
import type { StoredSession } from './session-lookup.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const STORED: StoredSession = {
  id: '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
  clientId: 'user:f3b1',
  actor: 'user:f3b1',
  scopes: [Scope.LeadsRead],
  expiresInMs: 60_000,
}

/** A verifier whose database has one session. Counts look-ups; they fail while `down`. */
function setUp(stored: StoredSession = STORED) {
  const id = newSessionId()
  const state = { stored: stored as StoredSession | undefined, down: false, lookUps: 0, uses: [] as string[] }
  const verify = createSessionVerifier({
    lookUp: async (hash) => {
      state.lookUps += 1
      if (state.down) throw new AppError(ErrorCode.Unavailable, 'down')
      return hash === hashOfSessionId(id).toString('hex') ? state.stored : undefined
    },
    limits: { tryCredential: (_call, verify) => verify() },
    onUse: (sessionId) => state.uses.push(sessionId),
  })
  const call = (headers: Record<string, string> = {}, httpMethod: string | undefined = 'GET') => {
    const all: Record<string, string> = { cookie: pair(id), host: 'leads.example.com', ...headers }
    return { address: '', httpMethod, header: (name: string) => all[name], setHeader: () => undefined }
  }
  return { id, state, call, verify, authenticate: async (...args: Parameters<typeof call>) => verify(call(...args)) }
}

/** The header `Cookie` that a browser sends after `Set-Cookie`. */
const pair = (id: string) => sessionCookie(id).split(';')[0] ?? ''

test('a session is looked up once and then used from memory at once, and every use is noted', async () => {
  const { state, call, verify, authenticate } = setUp()
  expect(await authenticate()).toMatchObject({ clientId: 'user:f3b1', actor: 'user:f3b1' })
  expect(verify(call())).toMatchObject({ scopes: new Set([Scope.LeadsRead]) })
  expect(state).toMatchObject({ lookUps: 1, uses: [STORED.id, STORED.id] })
})

test('its cookie is found among others, and an incomplete one is no session', async () => {
  const { id, call, verify, authenticate } = setUp()
  expect(await authenticate({ cookie: `a=1; ${pair(id)}; b=2` })).toBeDefined()
  for (const cookie of ['', `x${pair(id)}`, pair(id).slice(0, -1), `${pair(id)}A`, NO_SESSION_COOKIE]) {
    expect(verify(call({ cookie })), cookie).toBeUndefined()
  }
})

test('its cookie is bound to the host, unreadable to scripts, and never sent without encryption', () => {
  for (const cookie of [sessionCookie(newSessionId()), NO_SESSION_COOKIE]) {
    expect(cookie).toMatch(/^__Host-leadtriage=/)
    for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']) expect(cookie).toContain(`; ${attribute}`)
    expect(cookie).not.toMatch(/Domain/i)
  }
})

describe('a session that has ended', () => {
  test('is refused', async () => {
    const { state, authenticate } = setUp()
    state.stored = undefined
    await expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated', message: /sign in again/ })
  })

  test('stops working within five seconds, without calls that wait meanwhile', async () => {
    const { state, call, verify, authenticate } = setUp()
    await authenticate()
    state.stored = undefined
    await vi.advanceTimersByTimeAsync(3_000)
    expect(verify(call())).toMatchObject({ clientId: 'user:f3b1' }) // asks in the background
    await vi.waitFor(() => expect(state.lookUps).toBe(2))
    await vi.waitFor(() => expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated' }))
  })

  test('also when the database is away', async () => {
    const { state, authenticate } = setUp()
    await authenticate()
    state.down = true
    await vi.advanceTimersByTimeAsync(5_000)
    await expect(authenticate()).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('also when it expires while it is cached', async () => {
    const { state, authenticate } = setUp({ ...STORED, expiresInMs: 1_000 })
    await authenticate()
    state.stored = undefined
    await vi.advanceTimersByTimeAsync(1_000)
    await expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('a call that may change something', () => {
  const OWN = 'https://leads.example.com'
  test.each([
    ['Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }],
    ['Sec-Fetch-Site, whatever Origin a proxy made of it', { 'sec-fetch-site': 'same-origin', origin: 'https://x' }],
    ['Origin', { origin: OWN }],
    ['Origin and a host with a port', { origin: 'https://leads.example.com:8443', host: 'leads.example.com:8443' }],
    ['Origin on this machine', { origin: 'http://localhost:8001', host: 'localhost:8001' }],
  ])('is permitted from the same origin, by %s', async (_name, headers) => {
    expect(await setUp().authenticate(headers, 'POST')).toBeDefined()
  })

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example.net' }],
    ['another host of the domain', { 'sec-fetch-site': 'same-site', origin: 'https://www.example.com' }],
    ['another site that claims to be ours', { 'sec-fetch-site': 'cross-site', origin: OWN }],
    ['an address that the person typed', { 'sec-fetch-site': 'none' }],
    ['another site, in an old browser', { origin: 'https://evil.example.net' }],
    ['another port', { origin: 'https://leads.example.com:8443' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a page without encryption', { origin: 'http://leads.example.com' }],
    ['nowhere', {}],
  ])('is refused from %s', async (_name, headers) => {
    for (const method of ['POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']) {
      const { state, authenticate } = setUp()
      await expect(authenticate(headers, method)).rejects.toMatchObject({ code: 'permission_denied' })
      expect(state.uses).toEqual([])
    }
  })

  test('is refused from another site although the session is cached', async () => {
    const { authenticate } = setUp()
    await authenticate()
    await expect(authenticate({ 'sec-fetch-site': 'cross-site' }, 'POST')).rejects.toMatchObject({
      code: 'permission_denied',
    })
  })
})

test('a link from another site may be followed: it changes nothing', async () => {
  expect(await setUp().authenticate({ 'sec-fetch-site': 'cross-site' }, 'GET')).toBeDefined()
})

test('a session means nothing over gRPC, or beside another credential', () => {
  const { call, verify } = setUp()
  expect(verify({ ...call({ 'sec-fetch-site': 'same-origin' }), httpMethod: undefined })).toBeUndefined()
  expect(verify(call({ authorization: 'Bearer something else' }))).toBeUndefined()
})
