import { randomUUID } from 'node:crypto'
import { Code, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { describe, expect, test } from 'vitest'
import { RetryInfoSchema } from '../gen/google/rpc/error_details_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { ALL_SCOPES } from '../lib/auth/scopes.ts'
import { failureOf } from '../testkit/clients/rpc.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)

async function storeKey(clientId: string): Promise<string> {
  const key = generateKey('secret')
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, created_by)
    values (${randomUUID()}, ${hashOfKey(key)}, ${hintOfKey(key)}, 'secret', 'key', ${clientId}, ${[...ALL_SCOPES]}, 'test')`
  return key
}

interface Answer {
  readonly code: Code | undefined
  readonly headers: Headers
  readonly retryAfterSeconds: number | undefined
}
/** Asks for the insight of a lead that does not exist, which is `not_found` when it is permitted. */
type Call = (url: string, headers: Record<string, string>) => Promise<Answer>

const CODES: Readonly<Record<number, Code>> = {
  401: Code.Unauthenticated,
  404: Code.NotFound,
  429: Code.ResourceExhausted,
}

const callRest: Call = async (url, headers) => {
  const response = await fetch(`${url}/leads/${randomUUID()}/insight`, { headers })
  await response.body?.cancel()
  const retryAfter = response.headers.get('retry-after')
  return {
    code: CODES[response.status],
    headers: response.headers,
    retryAfterSeconds: retryAfter === null ? undefined : Number(retryAfter),
  }
}

function callRpc(createTransport: (options: { baseUrl: string }) => Transport): Call {
  return async (url, headers) => {
    const { getInsight } = InsightsService.method
    const transport = createTransport({ baseUrl: url })
    const call = transport.unary(getInsight, undefined, undefined, headers, { leadId: randomUUID() })
    const error = await failureOf(call)
    const [retry] = error.findDetails(RetryInfoSchema)
    return {
      code: error.code,
      headers: error.metadata,
      retryAfterSeconds: retry === undefined ? undefined : Number(retry.retryDelay?.seconds),
    }
  }
}

const PROTOCOLS: Readonly<Record<string, Call>> = {
  REST: callRest,
  Connect: callRpc(({ baseUrl }) => createConnectTransport({ baseUrl, httpVersion: '1.1' })),
  'gRPC-Web': callRpc(({ baseUrl }) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })),
  gRPC: callRpc(createGrpcTransport),
}
const protocols = Object.entries(PROTOCOLS)

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('a client', () => {
  test('is limited over all protocols together, and every answer has the headers of the limit', async () => {
    const [busy, other] = [await storeKey('busy'), await storeKey('other')]
    const insights = await start('insights', { AUTH: 'on', LIMIT_PER_CLIENT: '4/600' })
    for (const [index, [name, call]] of protocols.entries()) {
      const { code, headers } = await call(insights.url, bearer(busy))
      expect(code, name).toBe(Code.NotFound)
      expect(headers.get('ratelimit-policy'), name).toBe('"address";q=5000;w=1, "client";q=4;w=600')
      expect(headers.get('ratelimit'), name).toMatch(new RegExp(`^"client";r=${3 - index};t=1(50|49)$`))
    }
    for (const [name, call] of protocols) {
      const { code, headers, retryAfterSeconds } = await call(insights.url, bearer(busy))
      expect(code, name).toBe(Code.ResourceExhausted)
      expect(retryAfterSeconds, name).toBeGreaterThan(140)
      expect(headers.get('ratelimit'), name).toBe(`"client";r=0;t=${retryAfterSeconds}`)
      expect((await call(insights.url, bearer(other))).code, name).toBe(Code.NotFound)
    }
    const metrics = await (await fetch(`${insights.url}/metrics`)).text()
    expect(metrics).toContain('leadtriage_refused_calls_total{limit="client",service="insights"} 4')
  })
})

describe('an address', () => {
  test.each(protocols)('over %s is limited without a credential, with 429 and not 401', async (_name, call) => {
    await storeKey('tests')
    const insights = await start('insights', { AUTH: 'on', LIMIT_PER_ADDRESS: '2/600' })
    const codes = []
    for (let count = 0; count < 4; count += 1) codes.push((await call(insights.url, {})).code)
    expect(codes).toEqual([Code.Unauthenticated, Code.Unauthenticated, Code.ResourceExhausted, Code.ResourceExhausted])
  })

  test('with too many invalid keys causes no more look-ups, and calls with a known key still pass', async () => {
    const known = await storeKey('known')
    const insights = await start('insights', { AUTH: 'on', LIMIT_FAILED_CREDENTIALS: '5/600' })
    expect((await callRest(insights.url, bearer(known))).code).toBe(Code.NotFound)
    const codes = []
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const [, call] = protocols[attempt % protocols.length] as (typeof protocols)[number]
      codes.push((await call(insights.url, bearer(generateKey('secret')))).code)
    }
    expect(codes).toEqual([...Array(5).fill(Code.Unauthenticated), ...Array(3).fill(Code.ResourceExhausted)])
    for (const [name, call] of protocols) {
      expect((await call(insights.url, bearer(known))).code, name).toBe(Code.NotFound)
    }
  })

  test('is what a trusted proxy states, over every protocol', async () => {
    await storeKey('tests')
    const insights = await start('insights', {
      AUTH: 'on',
      LIMIT_PER_ADDRESS: `${protocols.length}/600`,
      TRUSTED_PROXIES: '127.0.0.0/8',
    })
    const codesFor = async (forwardedFor: string) => {
      const codes = new Set<Code | undefined>()
      for (const [, call] of protocols) codes.add((await call(insights.url, { 'x-forwarded-for': forwardedFor })).code)
      return [...codes]
    }
    expect(await codesFor('203.0.113.1')).toEqual([Code.Unauthenticated])
    expect(await codesFor('203.0.113.1')).toEqual([Code.ResourceExhausted])
    expect(await codesFor('203.0.113.2, 203.0.113.1')).toEqual([Code.ResourceExhausted])
    expect(await codesFor('203.0.113.2')).toEqual([Code.Unauthenticated])
    expect(await codesFor('2001:db8::1')).toEqual([Code.Unauthenticated])
    expect(await codesFor('2001:db8::2')).toEqual([Code.ResourceExhausted])
  })

  test('cannot be stated by a client', async () => {
    await storeKey('tests')
    const insights = await start('insights', { AUTH: 'on', LIMIT_PER_ADDRESS: '2/600' })
    const codes = []
    for (const last of [1, 2, 3]) {
      codes.push((await callRest(insights.url, { 'x-forwarded-for': `203.0.113.${last}` })).code)
    }
    expect(codes).toEqual([Code.Unauthenticated, Code.Unauthenticated, Code.ResourceExhausted])
  })
})

test('without authentication there are no limits', async () => {
  const insights = await start('insights', { AUTH: 'off', LIMIT_PER_ADDRESS: '1/600', LIMIT_PER_CLIENT: '1/600' })
  for (const [name, call] of protocols) {
    const { code, headers } = await call(insights.url, {})
    expect(code, name).toBe(Code.NotFound)
    expect(headers.get('ratelimit'), name).toBeNull()
  }
})
