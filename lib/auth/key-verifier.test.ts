import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { generateKey, hashOfKey } from './api-key.ts'
import type { StoredKey } from './key-lookup.ts'
import { createKeyVerifier } from './key-verifier.ts'
import { Scope } from './scopes.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const SECRET: StoredKey = {
  id: '0198c5f2-7d5e-7c52-8a53-6f0f2f6f8a11',
  kind: 'secret',
  clientId: 'website',
  scopes: [Scope.LeadsWrite],
  origins: [],
  revoked: false,
  expiresInMs: null,
}
const PUBLISHABLE: StoredKey = { ...SECRET, kind: 'publishable', origins: ['https://www.example.com'] }

/** A verifier whose database is `stored`, by hash. Counts look-ups; they fail while `down`. */
function setUp(kind: StoredKey['kind'], key: StoredKey | undefined) {
  const text = generateKey(kind)
  const state = { key, down: false, lookUps: 0, uses: [] as string[] }
  const verifier = createKeyVerifier({
    lookUp: async (hash) => {
      state.lookUps += 1
      if (state.down) throw new AppError(ErrorCode.Unavailable, 'down')
      return hash === hashOfKey(text).toString('hex') ? state.key : undefined
    },
    limits: { tryCredential: (_call, verify) => verify() },
    onUse: (id) => state.uses.push(id),
  })
  const headers: Record<string, string> = { authorization: `Bearer ${text}` }
  const call = { address: '', httpMethod: 'POST', header: (name: string) => headers[name], setHeader: () => undefined }
  return { state, text, headers, authenticate: async () => verifier.authenticate(call), verifier, call }
}

test('a key is looked up once and then used from memory at once, and every use is noted', async () => {
  const { state, authenticate, verifier, call } = setUp('secret', SECRET)
  expect(await authenticate()).toMatchObject({ clientId: 'website', actor: `key:${SECRET.id}` })
  expect(verifier.authenticate(call)).toMatchObject({ scopes: new Set([Scope.LeadsWrite]) })
  expect(state).toMatchObject({ lookUps: 1, uses: [SECRET.id, SECRET.id] })
})

describe('a key that is revoked', () => {
  test('stops working within five seconds, without calls that wait meanwhile', async () => {
    const { state, authenticate, verifier, call } = setUp('secret', SECRET)
    await authenticate()
    state.key = { ...SECRET, revoked: true }
    await vi.advanceTimersByTimeAsync(3_000)
    expect(verifier.authenticate(call)).toMatchObject({ clientId: 'website' }) // asks in the background
    await vi.waitFor(() => expect(state.lookUps).toBe(2))
    await vi.waitFor(() =>
      expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated', message: /revoked/ }),
    )
  })

  test('also when nothing calls with it, and when the database is away', async () => {
    const { state, authenticate } = setUp('secret', SECRET)
    await authenticate()
    state.down = true
    await vi.advanceTimersByTimeAsync(5_000)
    await expect(authenticate()).rejects.toMatchObject({ code: 'unavailable' })
  })
})

test('a key works through an outage of less than four seconds', async () => {
  const { state, authenticate } = setUp('secret', SECRET)
  await authenticate()
  state.down = true
  await vi.advanceTimersByTimeAsync(4_000)
  expect(await authenticate()).toMatchObject({ clientId: 'website' })
  state.down = false
  await vi.advanceTimersByTimeAsync(400)
  await authenticate()
  expect(state.lookUps).toBe(3) // the failed background look-up was followed by another
})

test('a key stops working when it expires, although it was just looked up', async () => {
  const { state, authenticate } = setUp('secret', { ...SECRET, expiresInMs: 1_000 })
  await authenticate()
  state.key = { ...SECRET, expiresInMs: -1 }
  await vi.advanceTimersByTimeAsync(1_001)
  await expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated', message: /expired/ })
})

test('a mistyped key is refused without a look-up, an unknown one with one each time', async () => {
  const { state, headers, text, authenticate } = setUp('secret', undefined)
  headers.authorization = `Bearer ${text.slice(0, -1)}`
  await expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated', message: /mistyped/ })
  expect(state.lookUps).toBe(0)
  headers.authorization = `bearer  ${text} `
  await expect(authenticate()).rejects.toMatchObject({ code: 'unauthenticated', message: /does not exist/ })
  await expect(authenticate()).rejects.toThrow()
  expect(state.lookUps).toBe(2)
})

test('other credentials are left to others', async () => {
  const { headers, authenticate } = setUp('secret', SECRET)
  for (const value of ['Basic dTpw', 'Bearer a.b.c', 'Bearer', '']) {
    headers.authorization = value
    expect(await authenticate()).toBeUndefined()
  }
})

describe('a publishable key', () => {
  test('works on pages of its origins only', async () => {
    const { headers, authenticate } = setUp('publishable', PUBLISHABLE)
    headers.origin = 'https://www.example.com'
    expect(await authenticate()).toMatchObject({ clientId: 'website' })
    for (const origin of [
      'https://example.com',
      'http://www.example.com',
      'https://www.example.com.evil.test',
      'null',
    ]) {
      headers.origin = origin
      await expect(authenticate()).rejects.toMatchObject({ code: 'permission_denied' })
    }
  })

  test('does not work outside browsers', async () => {
    const { authenticate } = setUp('publishable', PUBLISHABLE)
    await expect(authenticate()).rejects.toMatchObject({ code: 'permission_denied', message: /Origin/ })
  })
})
