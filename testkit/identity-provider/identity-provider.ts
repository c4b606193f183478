import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JWTPayload } from 'jose'
import { onTestFinished } from 'vitest'
import type { SigningKeys, SignOptions } from './signing-keys.ts'
import { createSigningKeys } from './signing-keys.ts'

/** Values of any type, since tests issue wrong ones too; undefined removes a claim. */
type ChangedClaims = Readonly<Record<string, unknown>>

/** An OpenID provider of our own: a real HTTP server with everything that a test wants to do wrong. */
export interface IdentityProvider {
  readonly issuer: string
  readonly audience: string
  readonly keys: SigningKeys
  /** How often each path was requested. */
  readonly requests: Map<string, number>
  /** While true, every response has the status 503. */
  down: boolean
  /** Claims that make a valid access token, for ten minutes. */
  claims(changes?: ChangedClaims): JWTPayload
  /** An access token with the valid claims and these changes. */
  issue(changes?: ChangedClaims, options?: SignOptions): Promise<string>
  close(): Promise<void>
}

/** Starts a provider; it is closed when the running test has finished. */
export async function startIdentityProvider({ alg = 'RS256' } = {}): Promise<IdentityProvider> {
  const provider = await createIdentityProvider(alg)
  onTestFinished(() => provider.close())
  return provider
}

/** Starts a provider that the test file closes itself. */
export async function createIdentityProvider(alg = 'RS256'): Promise<IdentityProvider> {
  const keys = await createSigningKeys(alg)
  const server = http.createServer((request, response) => {
    respond(request, response).catch((error: unknown) => send(response, 500, { error: String(error) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const audience = 'https://leads.example.com'

  const claims = (changes: ChangedClaims = {}): JWTPayload => {
    const now = Math.floor(Date.now() / 1000)
    return {
      iss: issuer,
      aud: audience,
      sub: 'f3b1c2d4',
      client_id: 'crm',
      scope: 'leads:write',
      iat: now,
      exp: now + 600,
      ...changes,
    }
  }
  const provider: IdentityProvider = {
    issuer,
    audience,
    keys,
    requests: new Map(),
    down: false,
    claims,
    issue: (changes, options) => keys.sign(claims(changes), options),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? '', issuer)
    provider.requests.set(pathname, (provider.requests.get(pathname) ?? 0) + 1)
    if (provider.down) return send(response, 503, { error: 'temporarily_unavailable' })
    if (pathname === '/.well-known/openid-configuration') return send(response, 200, discoveryDocument(issuer))
    if (pathname === '/jwks') return send(response, 200, await keys.jwks())
    return send(response, 404, { error: 'not_found' })
  }
  return provider
}

function discoveryDocument(issuer: string): object {
  return { issuer, jwks_uri: `${issuer}/jwks` }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
