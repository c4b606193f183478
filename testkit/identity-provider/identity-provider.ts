import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { JWTPayload } from 'jose'
import { onTestFinished } from 'vitest'
import type { Answer, ProviderBehaviour, SignInEndpoints, TestPerson } from './sign-in-endpoints.ts'
import { createSignInEndpoints } from './sign-in-endpoints.ts'
import type { SigningKeys, SignOptions } from './signing-keys.ts'
import { createSigningKeys } from './signing-keys.ts'

/** Values of any type, since tests issue wrong ones too; undefined removes a claim. */
type ChangedClaims = Readonly<Record<string, unknown>>

/** An OpenID provider of our own: a real HTTP server with everything that a test wants to do wrong. */
export interface IdentityProvider {
  readonly issuer: string
  readonly audience: string
  readonly keys: SigningKeys
  readonly person: TestPerson
  readonly behaviour: ProviderBehaviour
  /** The `sid` of each sign-in so far. */
  readonly sids: readonly string[]
  /** How often each path was requested. */
  readonly requests: Map<string, number>
  /** While true, every response has the status 503. */
  down: boolean
  /** Claims that make a valid access token, for ten minutes. */
  claims(changes?: ChangedClaims): JWTPayload
  /** An access token with the valid claims and these changes. */
  issue(changes?: ChangedClaims, options?: SignOptions): Promise<string>
  /** A valid logout token of OpenID Connect Back-Channel Logout 1.0, with these changes. */
  logoutToken(changes: ChangedClaims, options?: SignOptions): Promise<string>
  close(): Promise<void>
}

/** Starts a provider; it is closed when the running test has finished. */
export async function startIdentityProvider({ alg = 'RS256' } = {}): Promise<IdentityProvider> {
  const provider = await createIdentityProvider(alg)
  onTestFinished(() => provider.close())
  return provider
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Starts a provider that the test file closes itself. */
export async function createIdentityProvider(alg = 'RS256'): Promise<IdentityProvider> {
  const keys = await createSigningKeys(alg)
  const server = http.createServer((request, response) => {
    respond(request, response).catch((error: unknown) =>
      send(response, { status: 500, body: { error: String(error) } }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const audience = 'https://leads.example.com'
  const person: TestPerson = { sub: 'f3b1c2d4', name: 'Jo Doe', roles: ['agent'], disabled: false }
  const behaviour: ProviderBehaviour = {
    clientId: 'leadtriage',
    clientSecret: 'secret of the client',
    refreshTokens: true,
    rolesIn: 'id token',
    accessTokenSeconds: 300,
    idTokenChanges: {},
    idTokenKey: undefined,
  }
  const endpoints = createSignInEndpoints(issuer, keys, person, behaviour)

  const claims = (changes: ChangedClaims = {}): JWTPayload => {
    const now = Math.floor(Date.now() / 1000)
    return {
      iss: issuer,
      aud: audience,
      sub: person.sub,
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
    person,
    behaviour,
    sids: endpoints.sids,
    requests: new Map(),
    down: false,
    claims,
    issue: (changes, options) => keys.sign(claims(changes), options),
    logoutToken: (changes, options = {}) => {
      const now = Math.floor(Date.now() / 1000)
      const valid = { iss: issuer, aud: behaviour.clientId, iat: now, exp: now + 120, jti: `${now}-${Math.random()}` }
      const header = { typ: 'logout+jwt', ...options.header }
      return keys.sign({ ...valid, events: { [LOGOUT_EVENT]: {} }, ...changes }, { ...options, header })
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', issuer)
    provider.requests.set(url.pathname, (provider.requests.get(url.pathname) ?? 0) + 1)
    if (provider.down) return send(response, { status: 503, body: { error: 'temporarily_unavailable' } })
    return send(response, await answer(endpoints, keys, issuer, url, request))
  }
  return provider
}

async function answer(
  endpoints: SignInEndpoints,
  keys: SigningKeys,
  issuer: string,
  { pathname, searchParams }: URL,
  request: IncomingMessage,
): Promise<Answer> {
  const { authorization } = request.headers
  switch (`${request.method} ${pathname}`) {
    case 'GET /.well-known/openid-configuration':
      return { status: 200, body: discoveryDocument(issuer) }
    case 'GET /jwks':
      return { status: 200, body: await keys.jwks() }
    case 'GET /authorize':
      return endpoints.authorize(searchParams)
    case 'POST /token':
      return endpoints.token(new URLSearchParams(await text(request)), authorization)
    case 'GET /userinfo':
      return endpoints.userInfo(authorization)
    case 'GET /end-session':
      return endpoints.endSession(searchParams)
    default:
      return { status: 404, body: { error: 'not_found' } }
  }
}

function discoveryDocument(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    end_session_endpoint: `${issuer}/end-session`,
    jwks_uri: `${issuer}/jwks`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
    code_challenge_methods_supported: ['S256'],
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if ('location' in answer) response.writeHead(302, { location: answer.location }).end()
  else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
}
