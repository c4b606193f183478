import { randomUUID } from 'node:crypto'
import { createClient, type Interceptor } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { bodyOf, type ProblemBody } from '../testkit/clients/rest.ts'
import { failureOf, reasonOf } from '../testkit/clients/rpc.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { createIdentityProvider, type IdentityProvider } from '../testkit/identity-provider/identity-provider.ts'

const start = useServices(useStack())
let provider: IdentityProvider
let url: string

beforeAll(async () => {
  provider = await createIdentityProvider()
  const settings = { AUTH: 'on', JWT_ISSUER: provider.issuer, JWT_AUDIENCE: provider.audience }
  ;({ url } = await start('intake', settings))
})
afterAll(() => provider.close())

/** Asks for a lead that does not exist; returns the error code. */
type AskForLead = (token: string) => Promise<string | undefined>

const authorize =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }
const overRpc =
  (createTransport: (interceptors: Interceptor[]) => Parameters<typeof createClient>[1]): AskForLead =>
  async (token) => {
    const client = createClient(IntakeService, createTransport([authorize(token)]))
    return reasonOf(await failureOf(client.getLead({ leadId: randomUUID() })))?.toLowerCase()
  }

const PROTOCOLS: Record<string, AskForLead> = {
  REST: async (token) => {
    const headers = { authorization: `Bearer ${token}` }
    return (await bodyOf<ProblemBody>(fetch(`${url}/leads/${randomUUID()}`, { headers }))).code
  },
  Connect: overRpc((interceptors) => createConnectTransport({ baseUrl: url, httpVersion: '1.1', interceptors })),
  'gRPC-Web': overRpc((interceptors) => createGrpcWebTransport({ baseUrl: url, httpVersion: '1.1', interceptors })),
  gRPC: overRpc((interceptors) => createGrpcTransport({ baseUrl: url, interceptors })),
}

describe.each(Object.entries(PROTOCOLS))('over %s', (_name, askForLead) => {
  test('a token with the scope is accepted, also when it is sent again', async () => {
    const token = await provider.issue({ scope: 'leads:read' })
    expect([await askForLead(token), await askForLead(token)]).toEqual(['lead_not_found', 'lead_not_found'])
  })

  test('a token without the scope, an expired one and one of another issuer are refused', async () => {
    expect(await askForLead(await provider.issue({ scope: 'leads:write' }))).toBe('permission_denied')
    const now = Math.floor(Date.now() / 1000)
    expect(await askForLead(await provider.issue({ scope: 'leads:read', exp: now - 60 }))).toBe('unauthenticated')
    const other = await provider.issue({ scope: 'leads:read', iss: 'https://other.example.com' })
    expect(await askForLead(other)).toBe('unauthenticated')
  })
})

test('the response says how to authenticate, and what is wrong with the token', async () => {
  const token = await provider.issue({ aud: 'https://other.example.com' })
  const response = await fetch(`${url}/leads/${randomUUID()}`, { headers: { authorization: `Bearer ${token}` } })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
  expect(await response.json()).toMatchObject({ detail: 'The token is not accepted: it is for another audience.' })
})

test('an issuer without an audience keeps a service from starting', async () => {
  const settings = { AUTH: 'on', JWT_ISSUER: provider.issuer }
  await expect(start('triage', settings)).rejects.toThrow(/JWT_AUDIENCE is missing/)
})
