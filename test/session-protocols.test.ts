import { randomUUID } from 'node:crypto'
import { createClient, type Interceptor, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { beforeAll, describe, expect, test } from 'vitest'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { failureOf, reasonOf } from '../testkit/clients/rpc.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { useSignIn } from './fixtures/sign-in.ts'

const at = useSignIn(useStack())
let cookie: string
beforeAll(async () => {
  cookie = `__Host-leadtriage=${(await at.signIn()).cookie}`
})

/** Asks for the insight of an unknown lead with the session, from a page of the same or another site. */
async function outcome(createTransport: (interceptors: Interceptor[]) => Transport, site: string) {
  const addHeaders: Interceptor = (next) => (request) => {
    request.header.set('cookie', cookie)
    request.header.set('sec-fetch-site', site)
    return next(request)
  }
  const client = createClient(InsightsService, createTransport([addHeaders]))
  return reasonOf(await failureOf(client.getInsight({ leadId: randomUUID() })))
}

const OVER_HTTP: Record<string, (interceptors: Interceptor[]) => Transport> = {
  Connect: (interceptors) => createConnectTransport({ baseUrl: at.url, httpVersion: '1.1', interceptors }),
  'gRPC-Web': (interceptors) => createGrpcWebTransport({ baseUrl: at.url, httpVersion: '1.1', interceptors }),
}

describe.each(Object.entries(OVER_HTTP))('over %s a session', (_name, createTransport) => {
  test('works for pages of the same origin, and for no others', async () => {
    expect(await outcome(createTransport, 'same-origin')).toBe('LEAD_NOT_FOUND')
    expect(await outcome(createTransport, 'same-site')).toBe('PERMISSION_DENIED')
    expect(await outcome(createTransport, 'cross-site')).toBe('PERMISSION_DENIED')
  })
})

test('over Connect with GET, which changes nothing, it works from everywhere', async () => {
  const createTransport = (interceptors: Interceptor[]) =>
    createConnectTransport({ baseUrl: at.url, httpVersion: '1.1', useHttpGet: true, interceptors })
  expect(await outcome(createTransport, 'cross-site')).toBe('LEAD_NOT_FOUND')
})

test('over gRPC it means nothing', async () => {
  const createTransport = (interceptors: Interceptor[]) => createGrpcTransport({ baseUrl: at.url, interceptors })
  expect(await outcome(createTransport, 'same-origin')).toBe('UNAUTHENTICATED')
})
