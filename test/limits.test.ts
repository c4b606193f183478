import { randomUUID } from 'node:crypto'
import { Code, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { beforeAll, describe, expect, test } from 'vitest'
import { RetryInfoSchema } from '../gen/google/rpc/error_details_pb.ts'
import { InsightsService } from '../gen/leadtriage/insights/v1/insights_service_pb.ts'
import { IntakeService } from '../gen/leadtriage/intake/v1/intake_service_pb.ts'
import { generateKey, hashOfKey, hintOfKey, type KeyKind } from '../lib/auth/api-key.ts'
import { ALL_SCOPES } from '../lib/auth/scopes.ts'
import { failureOf } from '../testkit/clients/rpc.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'

const stack = useStack()
const start = useServices(stack)
const ORIGIN = 'https://www.example.com'

async function storeKey(clientId: string, kind: KeyKind = 'secret'): Promise<string> {
  const key = generateKey(kind)
  const [scopes, origins] = kind === 'secret' ? [[...ALL_SCOPES], []] : [['leads:write'], [ORIGIN]]
  await stack.sql`
    insert into api_keys (id, hash, hint, kind, name, client_id, scopes, origins, created_by)
    values (${randomUUID()}, ${hashOfKey(key)}, ${hintOfKey(key)}, ${kind}, 'key', ${clientId}, ${scopes}, ${origins}, 'test')`
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

function callRpc(createTransport: CreateTransport): Call {
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

type CreateTransport = (options: { readonly baseUrl: string }) => Transport
const createConnect: CreateTransport = ({ baseUrl }) => createConnectTransport({ baseUrl, httpVersion: '1.1' })
const createGrpcWeb: CreateTransport = ({ baseUrl }) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' })
const TRANSPORTS = [createConnect, createGrpcWeb, createGrpcTransport]

const PROTOCOLS: Readonly<Record<string, Call>> = {
  REST: callRest,
  Connect: callRpc(createConnect),
  'gRPC-Web': callRpc(createGrpcWeb),
  gRPC: callRpc(createGrpcTransport),
}
const protocols = Object.entries(PROTOCOLS)

/** Starts a service when a test first needs it. */
function once<T>(startService: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined
  return () => {
    started ??= startService()
    return started
  }
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('a client', () => {
  test('is limited over all protocols together, and every answer has the headers of the limit', async () => {
    const [busy, other] = [await storeKey('busy'), await storeKey('other')]
    const insights = await start('insights', { AUTH: 'on', LIMIT_PER_CLIENT: '4/86400' })
    for (const [index, [name, call]] of protocols.entries()) {
      const { code, headers } = await call(insights.url, bearer(busy))
      expect(code, name).toBe(Code.NotFound)
      expect(headers.get('ratelimit-policy'), name).toBe('"address";q=5000;w=1, "client";q=4;w=86400')
      expect(headers.get('ratelimit'), name).toMatch(new RegExp(`^"client";r=${3 - index};t=21[3-6]\\d\\d$`))
    }
    for (const [name, call] of protocols) {
      const { code, headers, retryAfterSeconds } = await call(insights.url, bearer(busy))
      expect(code, name).toBe(Code.ResourceExhausted)
      expect(retryAfterSeconds, name).toBeGreaterThan(21_000)
      expect(headers.get('ratelimit'), name).toBe(`"client";r=0;t=${retryAfterSeconds}`)
      expect((await call(insights.url, bearer(other))).code, name).toBe(Code.NotFound)
    }
    const metrics = await (await fetch(`${insights.url}/metrics`)).text()
    expect(metrics).toContain('leadtriage_refused_calls_total{limit="client",service="insights"} 4')
  })
})

describe('a client that stores leads', () => {
  const startSlowIntake = once(() =>
    start('intake', {
      AUTH: 'on',
      LIMIT_LEADS_PER_CLIENT: '1000/86400',
      LIMIT_PUBLISHABLE_PER_ADDRESS: '2/86400',
    }),
  )
  const rows = (count: number) =>
    Array.from({ length: count }, () => ({ note: 'hello', idempotency_key: randomUUID() }))
  const requests = (count: number) =>
    Array.from({ length: count }, () => ({ idempotencyKey: randomUUID(), lead: { note: 'hello' } }))

  test('is limited by their number, however many a call has', async () => {
    const key = await storeKey('batches')
    const intake = await startSlowIntake()
    const { batchCreateLeads, createLead } = IntakeService.method
    const transports = TRANSPORTS.map((create) => create({ baseUrl: intake.url }))
    const batch = (transport: Transport, count: number) =>
      transport.unary(batchCreateLeads, undefined, undefined, bearer(key), { requests: requests(count) })
    for (const transport of transports) await batch(transport, 300)
    for (const transport of transports) {
      const error = await failureOf(batch(transport, 300))
      expect(error.code).toBe(Code.ResourceExhausted)
      const waitSeconds = Number(error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds)
      expect(waitSeconds).toBeGreaterThan(0.18 * 86_400)
      expect(waitSeconds).toBeLessThanOrEqual(0.2 * 86_400)
    }
    for (const transport of transports) await batch(transport, 33)
    await transports[0]?.unary(createLead, undefined, undefined, bearer(key), requests(1)[0] ?? {})
    const rest = () =>
      fetch(`${intake.url}/leads`, {
        method: 'POST',
        headers: { ...bearer(key), 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        body: JSON.stringify({ note: 'hello' }),
      })
    const response = await rest()
    expect(response.status).toBe(429)
    expect(await response.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('leads') })
  })

  test('with a publishable key is limited by address, and its secret keys are not affected', async () => {
    const [publishable, secret] = [await storeKey('website', 'publishable'), await storeKey('website')]
    const { url } = await startSlowIntake()
    const sendForm = () =>
      fetch(`${url}/forms/${publishable}`, {
        method: 'POST',
        headers: { origin: ORIGIN, accept: 'application/json' },
        body: new URLSearchParams({ message: 'hello' }),
      })
    const create = (key: string) =>
      fetch(`${url}/leads`, {
        method: 'POST',
        headers: {
          ...bearer(key),
          origin: ORIGIN,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
        },
        body: JSON.stringify({ note: 'hello' }),
      })
    const first = await sendForm()
    expect([first.status, first.headers.get('ratelimit')]).toEqual([
      201,
      expect.stringMatching(/^"publishable";r=1;t=43\d\d\d$/),
    ])
    expect((await create(publishable)).status).toBe(201)
    for (const response of [await sendForm(), await create(publishable)]) expect(response.status).toBe(429)
    expect((await create(secret)).status).toBe(201)
  })

  test('has its imports slowed down to its limit, and refused when that would take too long', async () => {
    const key = await storeKey('imports')
    const importRows = async (url: string, count: number) => {
      const body = rows(count)
        .map((row) => JSON.stringify(row))
        .join('\n')
      const headers = { ...bearer(key), 'content-type': 'application/x-ndjson' }
      const response = await fetch(`${url}/leads:import`, { method: 'POST', headers, body })
      return JSON.parse((await response.text()).trim().split('\n').at(-1) ?? '')
    }
    const quick = await start('intake', { AUTH: 'on', LIMIT_LEADS_PER_CLIENT: '1000/1' })
    const startedAt = performance.now()
    expect(await importRows(quick.url, 3_000)).toMatchObject({ done: { created: 3_000 } })
    expect(performance.now() - startedAt).toBeGreaterThan(1_900)
    const slow = await startSlowIntake()
    expect(await importRows(slow.url, 1_500)).toMatchObject({ failed: { code: 'rate_limited', status: 429 } })
  })
})

test('replicas share the limit of a client in PostgreSQL', async () => {
  const key = await storeKey('shared')
  const env = { AUTH: 'on', LIMIT_PER_CLIENT: '40/3600', LIMITS_STORE: 'postgres' }
  const replicas = [await start('insights', env), await start('insights', env)]
  const codes: (Code | undefined)[] = []
  for (let call = 0; call < 15; call += 1) {
    for (const { url } of replicas) {
      const [, callOver] = protocols[call % protocols.length] as (typeof protocols)[number]
      codes.push((await callOver(url, bearer(key))).code)
      codes.push((await callRest(url, bearer(key))).code)
    }
  }
  expect(codes.filter((code) => code === Code.NotFound)).toHaveLength(40)
  expect(codes.filter((code) => code === Code.ResourceExhausted)).toHaveLength(20)
})

describe('an address', () => {
  const CALLS = 8
  const startBehindProxy = once(() =>
    start('insights', {
      AUTH: 'on',
      LIMIT_PER_ADDRESS: `${CALLS}/86400`,
      LIMIT_FAILED_CREDENTIALS: '5/86400',
      TRUSTED_PROXIES: '127.0.0.0/8',
    }),
  )
  const from = (address: string) => ({ 'x-forwarded-for': address })
  beforeAll(() => storeKey('tests'))

  test.each(protocols)('over %s is limited without a credential, with 429 and not 401', async (name, call) => {
    const { url } = await startBehindProxy()
    const codes = []
    for (let count = 0; count < CALLS + 2; count += 1) {
      codes.push((await call(url, from(`198.51.100.${Object.keys(PROTOCOLS).indexOf(name)}`))).code)
    }
    expect(codes).toEqual([...Array(CALLS).fill(Code.Unauthenticated), Code.ResourceExhausted, Code.ResourceExhausted])
  })

  test('is what a trusted proxy states, over every protocol', async () => {
    const { url } = await startBehindProxy()
    const codesFor = async (forwardedFor: string) => {
      const codes = new Set<Code | undefined>()
      for (let round = 0; round < CALLS / protocols.length; round += 1) {
        for (const [, call] of protocols) codes.add((await call(url, from(forwardedFor))).code)
      }
      return [...codes]
    }
    expect(await codesFor('203.0.113.1')).toEqual([Code.Unauthenticated])
    expect(await codesFor('203.0.113.1')).toEqual([Code.ResourceExhausted])
    expect(await codesFor('203.0.113.2, 203.0.113.1')).toEqual([Code.ResourceExhausted])
    expect(await codesFor('203.0.113.2')).toEqual([Code.Unauthenticated])
    expect(await codesFor('2001:db8::1')).toEqual([Code.Unauthenticated])
    expect(await codesFor('2001:db8::2')).toEqual([Code.ResourceExhausted])
  })

  test('with too many invalid keys causes no more look-ups, but calls with a known key still pass', async () => {
    const { url } = await startBehindProxy()
    const known = await storeKey('known')
    await callRest(url, { ...bearer(known), ...from('192.0.2.9') }) // from now on the process knows the key
    const codes = []
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const [, call] = protocols[attempt % protocols.length] as (typeof protocols)[number]
      codes.push((await call(url, { ...bearer(generateKey('secret')), ...from('192.0.2.1') })).code)
    }
    expect(codes).toEqual([...Array(5).fill(Code.Unauthenticated), ...Array(2).fill(Code.ResourceExhausted)])
    await callRest(url, { ...bearer(known), ...from('192.0.2.9') }) // known keys are looked up again after seconds
    expect((await callRest(url, { ...bearer(known), ...from('192.0.2.1') })).code).toBe(Code.NotFound)
  })

  test('cannot be stated by a client', async () => {
    const { url } = await start('insights', { AUTH: 'on', LIMIT_PER_ADDRESS: '2/600' })
    const codes = []
    for (const last of [1, 2, 3]) codes.push((await callRest(url, from(`203.0.113.${last}`))).code)
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
