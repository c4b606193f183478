import { ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { describe, expect, test } from 'vitest'
import { RequestInfoSchema } from '../../../gen/google/rpc/error_details_pb.ts'
import { TriageService } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'

const start = useTestServers()

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const INCOMING = `00-${TRACE}-00f067aa0ba902b7-01`
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The identity of a call as its client sees it. */
interface SeenIdentity {
  requestId: string | null | undefined
  traceparent: string | null | undefined
  /** The request id in the body of an error. */
  inError?: string | undefined
}
type Call = (server: TestServer, headers: Record<string, string>) => Promise<SeenIdentity>

const rest: Call = async ({ url }, headers) => {
  const response = await fetch(`${url}/call`, { headers })
  const inError = (await bodyOf<{ request_id?: string }>(response)).request_id
  return { ...identityIn(response.headers), ...(inError !== undefined && { inError }) }
}

const rpc =
  (createTransport: (baseUrl: string) => ReturnType<typeof createConnectTransport>): Call =>
  async ({ url }, headers) => {
    let seen: SeenIdentity | undefined
    const onHeader = (headers: Headers) => {
      seen = identityIn(headers)
    }
    try {
      await createClient(TriageService, createTransport(url)).getQueue({}, { headers, onHeader })
      return seen ?? expect.unreachable()
    } catch (thrown) {
      const error = ConnectError.from(thrown)
      return { ...identityIn(error.metadata), inError: error.findDetails(RequestInfoSchema)[0]?.requestId }
    }
  }

function identityIn(headers: Headers): SeenIdentity {
  return { requestId: headers.get('x-request-id'), traceparent: headers.get('traceparent') }
}

describe.each<[protocol: string, call: Call]>([
  ['rest', rest],
  ['connect', rpc((baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' }))],
  ['connect', rpc((baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }))],
  ['grpc', rpc((baseUrl) => createGrpcTransport({ baseUrl }))],
])('over %s', (protocol, call) => {
  const method = protocol === 'rest' ? 'GET /call' : 'GetQueue'

  test("the client's request id is in the response and in the log line of the call", async () => {
    const server = await start()
    const requestId = 'A-z0.9_~:+/=-'
    expect(await call(server, { 'x-request-id': requestId })).toMatchObject({ requestId })
    await eventually(() => server.log.text().includes('call ended'))
    expect(server.log.entries().filter(({ msg }) => msg === 'call ended')).toEqual([
      expect.objectContaining({
        level: 30,
        request_id: requestId,
        protocol,
        method,
        outcome: 'ok',
        duration_ms: expect.any(Number),
      }),
    ])
  })

  test.each([
    ['the client sends none', {}],
    ['it is too long', { 'x-request-id': 'x'.repeat(129) }],
    ['it has invalid characters', { 'x-request-id': 'a b' }],
  ])('a call gets a new request id if %s', async (_why, headers) => {
    const server = await start()
    const [one, other] = [await call(server, headers), await call(server, headers)]
    expect(one.requestId).toMatch(UUID)
    expect(other.requestId).not.toBe(one.requestId)
  })

  test('a request id of the maximum length is accepted', async () => {
    const requestId = 'x'.repeat(128)
    expect(await call(await start(), { 'x-request-id': requestId })).toMatchObject({ requestId })
  })

  test("the trace context of the response is a child of the client's span, or a new trace", async () => {
    const server = await start()
    const { traceparent } = await call(server, { traceparent: INCOMING })
    expect(traceparent).toMatch(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`))
    expect(traceparent).not.toBe(INCOMING)
    expect((await call(server, {})).traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  })

  test('an error has the request id in its headers and its body, and is logged with it', async () => {
    const server = await start({
      answer: async () => {
        throw new AppError(ErrorCode.Unavailable, 'unreachable')
      },
    })
    const seen = await call(server, { 'x-request-id': 'mine', traceparent: INCOMING })
    expect(seen).toMatchObject({ requestId: 'mine', inError: 'mine' })
    expect(seen.traceparent).toContain(TRACE)
    expect(server.log.entries()).toContainEqual(
      expect.objectContaining({ level: 30, request_id: 'mine', protocol, method, outcome: 'unavailable' }),
    )
  })

  test('an unexpected error is logged once, at error level, with its cause', async () => {
    const server = await start({
      answer: async () => {
        throw new Error('a bug')
      },
    })
    await call(server, { 'x-request-id': 'mine' })
    expect(server.log.entries().filter((entry) => 'request_id' in entry)).toEqual([
      expect.objectContaining({
        level: 50,
        request_id: 'mine',
        protocol,
        method,
        outcome: 'internal',
        duration_ms: expect.any(Number),
        err: expect.objectContaining({ message: 'a bug' }),
      }),
    ])
  })
})

test('health checks, metrics and the API description return a request id and are not logged', async () => {
  const server = await start()
  for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs/']) {
    const response = await fetch(`${server.url}${path}`, { headers: { 'x-request-id': 'mine' } })
    await response.text()
    expect(response.headers.get('x-request-id')).toBe('mine')
  }
  expect(server.log.text()).not.toContain('mine')
})

test('neither the path nor the query of a request is logged', async () => {
  const server = await start()
  for (const path of ['/things/my-secret', '/call?secret=1', '/nothing/of/secret']) await fetch(`${server.url}${path}`)
  await eventually(() => server.log.text().includes('/things/:id'))
  expect(server.log.text()).not.toContain('secret')
})

test('the response to an invalid path has the identity of the call', async () => {
  const server = await start()
  const response = await fetch(`${server.url}/%zz`, { headers: { 'x-request-id': 'mine' } })
  expect(response.status).toBe(422)
  expect(response.headers.get('x-request-id')).toBe('mine')
  expect(response.headers.get('traceparent')).toMatch(/^00-/)
  expect(response.headers.get('cache-control')).toBe('no-store')
})
