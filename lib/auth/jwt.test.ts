import { describe, expect, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { type IdentityProvider, startIdentityProvider } from '../../testkit/identity-provider/identity-provider.ts'
import {
  generateSigningKey,
  hmacToken,
  publicJwkOf,
  unsignedToken,
} from '../../testkit/identity-provider/signing-keys.ts'
import type { IncomingCall } from './access-control.ts'
import { generateKey } from './api-key.ts'
import type { Claims } from './claims.ts'
import { createJwtAuthentication, type JwtOptions } from './jwt.ts'
import type { Principal } from './principal.ts'

const callWith = (authorization?: string): IncomingCall => ({
  address: '127.0.0.1',
  httpMethod: 'POST',
  header: (name) => (name === 'authorization' ? authorization : undefined),
  setHeader: () => undefined,
})

interface Given {
  readonly provider?: IdentityProvider
  readonly options?: Partial<JwtOptions>
  readonly keyOptions?: Parameters<typeof createJwtAuthentication>[3]
}

async function start({ provider: given, options = {}, keyOptions }: Given = {}) {
  const provider = given ?? (await startIdentityProvider())
  const log = captureLog()
  const authenticate = createJwtAuthentication(
    {
      issuer: provider.issuer,
      audience: provider.audience,
      jwksUrl: undefined,
      scopesClaim: 'scope',
      clientClaims: ['client_id', 'azp', 'sub'],
      clockToleranceSeconds: 30,
      ...options,
    },
    { tryCredential: (_call, verify) => verify() },
    log.log,
    keyOptions,
  )
  const accept = async (token: string): Promise<Principal | undefined> => authenticate(callWith(`Bearer ${token}`))
  return { provider, authenticate, accept, log }
}

const seconds = (fromNow: number) => Math.floor(Date.now() / 1000) + fromNow
const isRefused = (accepted: Promise<unknown>) =>
  accepted.then(
    () => false,
    () => true,
  )
const refused = (fault: string) => ({ code: 'unauthenticated', message: `The token is not accepted: ${fault}.` })

describe('a token of the issuer', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('signed with %s names the client and its scopes', async (alg) => {
    const { provider, accept } = await start({ provider: await startIdentityProvider({ alg }) })
    const principal = await accept(await provider.issue({ scope: 'openid leads:write unknown insights:read' }))
    expect(principal).toEqual({
      clientId: 'jwt:crm',
      scopes: new Set(['leads:write', 'insights:read']),
      actor: 'jwt:f3b1c2d4',
    })
  })

  test('is verified once: the next call with it needs no promise', async () => {
    const { provider, authenticate } = await start()
    const call = callWith(`Bearer ${await provider.issue()}`)
    const first = authenticate(call)
    expect(first).toBeInstanceOf(Promise)
    expect(authenticate(callWith(`Bearer ${await provider.issue({ sub: 'other' })}`))).toBeInstanceOf(Promise)
    const principal = await first
    expect(authenticate(call)).toBe(principal)
  })

  test('is refused after its expiry, even if it was accepted before', async () => {
    const { provider, accept } = await start({ options: { clockToleranceSeconds: 0 } })
    const token = await provider.issue({ exp: seconds(2) })
    expect(await accept(token)).toBeDefined()
    await eventually(() => isRefused(accept(token)))
    await expect(accept(token)).rejects.toMatchObject(refused('it has expired'))
  })

  test('may have expired for as long as clocks may differ', async () => {
    const { provider, accept } = await start()
    expect(await accept(await provider.issue({ exp: seconds(-20), nbf: seconds(20) }))).toBeDefined()
    await expect(accept(await provider.issue({ exp: seconds(-31) }))).rejects.toMatchObject(refused('it has expired'))
  })

  test.each([
    [{ scp: ['leads:read', 7] }, 'scp', ['leads:read']],
    [{ 'https://example.com/scopes': 'leads:read' }, 'https://example.com/scopes', ['leads:read']],
    [{ access: { scopes: ['leads:read'] } }, 'access.scopes', ['leads:read']],
    [{ scope: { 'leads:read': true } }, 'scope', []],
    [{ scope: undefined }, 'scope', []],
  ])('has its scopes where a setting says: %j', async (claims, scopesClaim, expected) => {
    const { provider, accept } = await start({ options: { scopesClaim } })
    expect([...((await accept(await provider.issue(claims)))?.scopes ?? [])]).toEqual(expected)
  })

  test('names its client by the first claim that it has', async () => {
    const { provider, accept } = await start()
    const clientOf = async (claims: Claims) => (await accept(await provider.issue(claims)))?.clientId
    expect(await clientOf({ client_id: undefined, azp: 'web' })).toBe('jwt:web')
    expect(await clientOf({ client_id: undefined })).toBe('jwt:f3b1c2d4')
    for (const clientId of ['', 7, 'x'.repeat(201)]) {
      await expect(clientOf({ client_id: clientId })).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })

  test('shows no email address to the audit log', async () => {
    const { provider, accept } = await start()
    expect((await accept(await provider.issue({ sub: 'jane@example.com' })))?.actor).toMatch(/^jwt:[0-9a-f]{32}$/)
  })
})

describe('a token is refused', () => {
  test.each([
    ['expired', { exp: seconds(-60) }, 'it has expired'],
    ['without an expiry', { exp: undefined }, 'it has no valid expiry (exp)'],
    ['with an expiry that is a text', { exp: '2099-01-01' }, 'it has no valid expiry (exp)'],
    ['not valid yet', { nbf: seconds(60) }, 'it is not valid yet'],
    ['for another audience', { aud: 'https://other.example.com' }, 'it is for another audience'],
    ['for no audience', { aud: undefined }, 'it is for another audience'],
    ['of another issuer', { iss: 'https://other.example.com' }, 'it is of an unknown issuer'],
    ['of no issuer', { iss: undefined }, 'it is of an unknown issuer'],
  ])('if it is %s', async (_name, claims, fault) => {
    const { provider, accept } = await start()
    await expect(accept(await provider.issue(claims))).rejects.toMatchObject(refused(fault))
  })

  test('if another issuer signed it, without asking for any keys', async () => {
    const { provider, accept } = await start()
    const other = await startIdentityProvider()
    await expect(accept(await other.issue())).rejects.toMatchObject(refused('it is of an unknown issuer'))
    expect([...provider.requests, ...other.requests]).toEqual([])
  })

  test('if it is not signed (alg: none)', async () => {
    const { provider, accept } = await start()
    const fault = refused('it is signed with an algorithm that is not accepted')
    await expect(accept(unsignedToken(provider.claims()))).rejects.toMatchObject(fault)
  })

  test('if its secret is the public key (algorithm confusion)', async () => {
    const { provider, accept } = await start()
    const token = await hmacToken(provider.claims(), provider.keys.current)
    await expect(accept(token)).rejects.toMatchObject(refused('it is signed with an algorithm that is not accepted'))
  })

  test('if it brings its own key, in the header or by a URL', async () => {
    const { provider, accept } = await start()
    const key = await generateSigningKey('RS256')
    const jwk = await publicJwkOf(key)
    for (const header of [{ jwk }, { jwk, kid: undefined }, { jku: 'https://evil.example.com/jwks' }]) {
      await expect(accept(await provider.issue({}, { key, header }))).rejects.toMatchObject({ code: 'unauthenticated' })
    }
    const named = { kid: provider.keys.current.kid, jwk }
    await expect(accept(await provider.issue({}, { key, header: named }))).rejects.toMatchObject(
      refused('its signature is wrong'),
    )
  })

  test('if it is signed with an unknown key', async () => {
    const { provider, accept } = await start()
    const token = await provider.issue({}, { key: await generateSigningKey('RS256') })
    await expect(accept(token)).rejects.toMatchObject(refused('it is signed with an unknown key'))
  })

  test('if one character of it is changed', async () => {
    const { provider, accept } = await start()
    const [header, claims, signature = ''] = (await provider.issue()).split('.')
    const other = Buffer.from(JSON.stringify(provider.claims({ scope: 'keys:admin' }))).toString('base64url')
    await expect(accept(`${header}.${other}.${signature}`)).rejects.toMatchObject(refused('its signature is wrong'))
    const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    await expect(accept(`${header}.${claims}.${changed}`)).rejects.toMatchObject(refused('its signature is wrong'))
  })

  test('if it is a token for another purpose, such as back-channel logout', async () => {
    const { provider, accept } = await start()
    const token = await provider.issue({}, { header: { typ: 'logout+jwt' } })
    await expect(accept(token)).rejects.toMatchObject(refused('it is not an access token'))
    expect(await accept(await provider.issue({}, { header: { typ: 'at+jwt' } }))).toBeDefined()
  })

  test('if it asks for an extension that is not known (crit)', async () => {
    const { provider, accept } = await start()
    const token = (await provider.issue()).split('.')
    const header = { alg: 'RS256', kid: provider.keys.current.kid, crit: ['exp2'], exp2: 1 }
    token[0] = Buffer.from(JSON.stringify(header)).toString('base64url')
    await expect(accept(token.join('.'))).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test.each(['a.b.c', 'e30.e30.e30', 'eyJhbGciOiJSUzI1NiJ9.W10.e30', 'eyJ.eyJ.'])(
    'if it is malformed: %s',
    async (token) => {
      const { accept } = await start()
      await expect(accept(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    },
  )
})

test('other credentials are left to others', async () => {
  const { authenticate } = await start()
  const others = [undefined, 'Basic YTpi', `Bearer ${generateKey('secret')}`, 'Bearer a.b', 'Bearer a.b.c.d', 'Bearer']
  expect(others.map((header) => authenticate(callWith(header)))).toEqual(others.map(() => undefined))
})

describe('the keys of the issuer', () => {
  test('are found by discovery, or at a given URL without it', async () => {
    const { provider, accept } = await start()
    await accept(await provider.issue())
    expect(Object.fromEntries(provider.requests)).toEqual({ '/.well-known/openid-configuration': 1, '/jwks': 1 })
    provider.requests.clear()
    const direct = await start({ provider, options: { jwksUrl: `${provider.issuer}/jwks` } })
    await direct.accept(await provider.issue())
    expect(Object.fromEntries(provider.requests)).toEqual({ '/jwks': 1 })
  })

  test('may be rotated: a token with a new key is accepted, and so is one with the old key', async () => {
    const { provider, accept } = await start({ keyOptions: { cooldownMs: 0 } })
    const old = await provider.issue({ sub: 'old' })
    await accept(await provider.issue())
    await provider.keys.rotate('ES256')
    expect(await accept(await provider.issue())).toBeDefined()
    expect(await accept(old)).toBeDefined()
  })

  test('are not fetched again for each forged key id', async () => {
    const { provider, accept } = await start()
    for (let i = 0; i < 20; i++) {
      const token = await provider.issue({}, { header: { kid: `forged ${i}` } })
      await expect(accept(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    }
    expect(provider.requests.get('/jwks')).toBe(1)
  })

  test('stay usable while the issuer is unreachable; a token with another key is unavailable, not refused', async () => {
    const { provider, accept, log } = await start({ keyOptions: { cooldownMs: 0 } })
    await accept(await provider.issue())
    provider.down = true
    expect(await accept(await provider.issue({ sub: 'next' }))).toBeDefined()
    const key = await generateSigningKey('RS256')
    for (let i = 0; i < 10; i++) {
      await expect(accept(await provider.issue({}, { key }))).rejects.toMatchObject({
        code: 'unavailable',
        retryAfterSeconds: 2,
      })
    }
    expect(provider.requests.get('/.well-known/openid-configuration')).toBe(2)
    expect(log.entries().map(({ msg }) => msg)).toEqual(['cannot fetch the keys of the token issuer; retrying'])
  })

  test('are fetched when the issuer is reachable again', async () => {
    const { provider, accept } = await start({ keyOptions: { retryMs: 0 } })
    provider.down = true
    await expect(accept(await provider.issue())).rejects.toMatchObject({ code: 'unavailable' })
    provider.down = false
    expect(await accept(await provider.issue())).toBeDefined()
  })

  test('that are withdrawn stop being accepted at the next refresh', async () => {
    const { provider, accept } = await start({ keyOptions: { refreshMs: 0 } })
    const { kid, ...rest } = provider.keys.current
    await accept(await provider.issue())
    await provider.keys.rotate()
    provider.keys.withdraw(kid)
    const attempt = async (i: number) => accept(await provider.issue({ sub: `${i}` }, { key: { kid, ...rest } }))
    let i = 0
    await eventually(() => isRefused(attempt(i++)))
    await expect(attempt(i)).rejects.toMatchObject(refused('it is signed with an unknown key'))
  })

  test('of a discovery document that names another issuer are not used', async () => {
    const provider = await startIdentityProvider()
    const { accept } = await start({ provider, options: { issuer: `${provider.issuer}/` } })
    const token = await provider.issue({ iss: `${provider.issuer}/` })
    await expect(accept(token)).rejects.toMatchObject({ code: 'unavailable' })
  })
})

test('neither messages nor logs contain anything of a token', async () => {
  const { provider, accept, log } = await start()
  const token = await provider.issue({ aud: 'https://canary.example.com', email: 'canary@example.com' })
  const error = await accept(token).catch((thrown: unknown) => thrown)
  log.log.error({ err: error }, 'refused')
  expect(log.text()).not.toMatch(/canary/)
  expect(log.text()).not.toContain(token.split('.')[2])
})
