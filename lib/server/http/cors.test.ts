import { createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-web'
import { describe, expect, test } from 'vitest'
import { TriageService } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { exchange } from '../../../testkit/clients/raw-http.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import type { AccessControl } from '../../auth/access-control.ts'
import { unauthenticated } from '../../auth/create-access-control.ts'
import { ANONYMOUS } from '../../auth/principal.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import { createOriginCheck } from './cors.ts'

const start = useTestServers()
const ALLOWED = 'https://www.example.com'
const OTHER = 'https://www.example.org'
const isAllowedOrigin = createOriginCheck([ALLOWED]) ?? expect.unreachable()
const RPC = '/leadtriage.triage.v1.TriageService/GetQueue'

/** Permits public calls only. */
const LOCKED: AccessControl = {
  admit: (_call, required) => {
    if (required !== 'public') throw unauthenticated('no credential')
    return ANONYMOUS
  },
}

const corsHeaders = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

/** `fetch` sets `Origin` as it likes, so this sends what a browser would. */
function preflight(url: string, path: string, origin: string, method = 'POST'): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    },
  })
}

describe('a preflight', () => {
  test.each(['/echo', '/things/7', RPC, '/nothing'])('of an allowed page (%s) needs no credential', async (path) => {
    const server = await start({ access: LOCKED, isAllowedOrigin })
    const response = await preflight(server.url, path, ALLOWED)
    expect(response.status).toBe(204)
    expect(response.headers.get('vary')).toBe('Origin')
    const headers = corsHeaders(response)
    expect(headers).toMatchObject({
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': expect.stringContaining('POST'),
      'access-control-max-age': '7200',
    })
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    const allowed = headers['access-control-allow-headers']?.toLowerCase().split(', ')
    expect(allowed).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'idempotency-key',
        'connect-protocol-version',
        'connect-timeout-ms',
        'x-grpc-web',
        'grpc-timeout',
        'x-request-id',
        'traceparent',
        'prefer',
      ]),
    )
    expect(server.log.entries().at(-1)).toMatchObject({ method: 'preflight', outcome: 'ok' })
  })

  test.each(['/echo', RPC])('of another page (%s) is answered without permission', async (path) => {
    const { url } = await start({ access: LOCKED, isAllowedOrigin })
    for (const origin of [OTHER, 'null', `${ALLOWED}:444`, `${ALLOWED}.evil.example`, ALLOWED.toUpperCase(), '*']) {
      const response = await preflight(url, path, origin)
      expect(corsHeaders(response)).toEqual({})
      expect(response.headers.get('vary')).toBe('Origin')
    }
  })

  test('counts against the limit of its address', async () => {
    const limited: AccessControl = {
      admit: () => {
        throw new AppError(ErrorCode.RateLimited, 'too many', { retryAfterSeconds: 1 })
      },
    }
    const server = await start({ access: limited, isAllowedOrigin })
    expect((await preflight(server.url, '/echo', ALLOWED)).status).toBe(429)
    expect(server.log.entries().at(-1)).toMatchObject({ method: 'preflight', outcome: 'rate_limited' })
  })

  test('is like any OPTIONS request where no page may call', async () => {
    const { url } = await start()
    const response = await preflight(url, '/echo', ALLOWED)
    expect(response.status).toBe(204)
    expect(response.headers.get('allow')).toBe('OPTIONS, POST')
    expect(response.headers.has('vary')).toBe(false)
  })
})

test.each([{}, { origin: ALLOWED }, { 'access-control-request-method': 'POST' }] as Record<string, string>[])(
  'an OPTIONS request that is no preflight (%o) lists the methods of the path',
  async (headers) => {
    const { url } = await start({ isAllowedOrigin })
    const options = (path: string) => fetch(`${url}${path}`, { method: 'OPTIONS', headers })
    expect((await options('/echo')).headers.get('allow')).toBe('OPTIONS, POST')
    expect((await options(RPC)).headers.get('allow')).toBe('GET, OPTIONS, POST')
    expect((await options('/nothing')).status).toBe(404)
  },
)

describe('an allowed page', () => {
  test.each<[status: number, path: string, init: RequestInit, access?: AccessControl]>([
    [200, '/call', {}],
    [401, '/echo', { method: 'POST' }, LOCKED],
    [401, RPC, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }, LOCKED],
    [404, '/nothing', {}],
    [405, '/echo', { method: 'PUT' }],
    [415, '/echo', { method: 'POST', body: 'x' }],
    [415, RPC, { method: 'POST', body: 'x' }],
    [422, '/echo', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }],
    [422, '/%ff', {}], // rejected before routing
    [422, `/things/${'x'.repeat(200)}`, {}],
  ])('can read a response with status %i (%s)', async (status, path, init, access) => {
    const { url } = await start({ isAllowedOrigin, ...(access && { access }) })
    const get = (origin: string) => fetch(`${url}${path}`, { ...init, headers: { ...init.headers, origin } })
    const response = await get(ALLOWED)
    expect(response.status).toBe(status)
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': ALLOWED,
      'access-control-expose-headers': expect.stringMatching(/grpc-status.*Retry-After.*X-Request-Id/i),
    })
    expect(response.headers.get('vary')).toBe('Origin')
    expect(corsHeaders(await get(OTHER))).toEqual({})
  })

  test('can read a 503 and when to retry', async () => {
    const unavailable = async () => {
      throw new AppError(ErrorCode.Unavailable, 'no database', { retryAfterSeconds: 1 })
    }
    const { url } = await start({ isAllowedOrigin, answer: unavailable })
    const response = await fetch(`${url}/call`, { headers: { origin: ALLOWED } })
    expect(response.status).toBe(503)
    expect(corsHeaders(response)).toMatchObject({ 'access-control-allow-origin': ALLOWED })
    expect(response.headers.get('access-control-expose-headers')).toContain('Retry-After')
  })

  test.each([
    ['Connect', createConnectTransport],
    ['gRPC-Web', createGrpcWebTransport],
  ])('may send everything that its %s client sends, and read what it needs', async (_name, createTransport) => {
    const { url } = await start({ isAllowedOrigin })
    const sent = new Set<string>()
    const spy: typeof fetch = async (input, init) => {
      for (const [name] of new Headers(init?.headers)) sent.add(name)
      return fetch(input, init)
    }
    await createClient(TriageService, createTransport({ baseUrl: url, fetch: spy })).getQueue({}, { timeoutMs: 9_000 })
    const response = await preflight(url, RPC, ALLOWED)
    const permitted = response.headers.get('access-control-allow-headers')?.toLowerCase().split(', ')
    expect(sent.size).toBeGreaterThan(1)
    expect(permitted).toEqual(expect.arrayContaining([...sent].filter((name) => name !== 'accept')))
  })
})

test('a request without an Origin has no CORS headers but Vary, so that a cache keeps the two apart', async () => {
  const server = await start({ isAllowedOrigin })
  const [answer] = await exchange(server, 'GET /call HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(answer?.headers).toMatchObject({ vary: 'Origin' })
  expect(answer?.headers).not.toHaveProperty('access-control-allow-origin')
})
