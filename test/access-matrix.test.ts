import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import {
  create,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
} from '@bufbuild/protobuf'
import { Code, type Transport } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { beforeAll, describe, expect, test } from 'vitest'
import { SERVICE_NAMES, type ServiceName } from '../db/service-logins.ts'
import { generateKey, hashOfKey, hintOfKey } from '../lib/auth/api-key.ts'
import { ALL_SCOPES, type Scope } from '../lib/auth/scopes.ts'
import { failureOf } from '../testkit/clients/rpc.ts'
import type { ServiceProcess } from '../testkit/fixtures/services.ts'
import { useServices } from '../testkit/fixtures/services.ts'
import { useStack } from '../testkit/fixtures/stack.ts'
import { PRINT_ROUTES, registeredRoutes } from '../testkit/services/registered-routes.ts'
import { FORM_ROUTES, PUBLIC_PATHS, PUBLIC_ROUTES, ROUTES, RPC_METHODS } from './access-matrix.ts'

/*
 * Calls every method of every service, over every protocol, with every kind of credential, and compares the outcomes with
 * `access-matrix.ts`. A method or route without a row there fails the test.
 */

const stack = useStack()
const start = useServices(stack)
const services = {} as Record<ServiceName, ServiceProcess>
const ORIGIN = 'https://www.example.com'
/** Keys with one scope each, and credentials that must not work. */
const keyOf = {} as Record<Scope, string>
const INVALID = {
  'an expired key': '',
  'a revoked key': '',
  'an unknown key': generateKey('secret'),
  'a truncated key': generateKey('secret').slice(0, -1),
  'a publishable key': '',
  'a token of no configured issuer': 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
  'other text': 'secret',
}

beforeAll(async () => {
  for (const scope of ALL_SCOPES) keyOf[scope] = await storeKey({ scopes: [scope] })
  INVALID['an expired key'] = await storeKey({ expires_at: new Date(Date.now() - 1_000) })
  INVALID['a revoked key'] = await storeKey({ revoked_at: new Date() })
  INVALID['a publishable key'] = await storeKey({
    kind: 'publishable',
    scopes: ['leads:write'],
    origins: [ORIGIN],
  })
  await Promise.all(
    SERVICE_NAMES.map(async (name) => {
      services[name] = await start(name, { ...PRINT_ROUTES, AUTH: 'on', LIMIT_FAILED_CREDENTIALS: 'off' })
    }),
  )
})

async function storeKey(row: object): Promise<string> {
  const { kind = 'secret' } = row as { kind?: 'secret' | 'publishable' }
  const key = generateKey(kind)
  const stored = { id: randomUUID(), hash: hashOfKey(key), hint: hintOfKey(key), created_by: 'test', kind }
  await stack.sql`insert into api_keys ${stack.sql({ name: 'key', client_id: 'tests', scopes: [...ALL_SCOPES], ...stored, ...row })}`
  return key
}

type Outcome = 'permitted' | 'unauthenticated' | 'permission_denied'
/** Calls with a credential, or without. Anything but a refusal, such as `invalid_request`, means that access is permitted. */
type Call = (credential: string | undefined) => Promise<Outcome>

const PROTOCOLS: Readonly<Record<string, (baseUrl: string) => Transport>> = {
  Connect: (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1' }),
  'gRPC-Web': (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1' }),
  gRPC: (baseUrl) => createGrpcTransport({ baseUrl }),
}

function rpcCall(protocol: string, service: ServiceName, method: DescMethodUnary | DescMethodServerStreaming): Call {
  return async (credential) => {
    const transport = (PROTOCOLS[protocol] as (baseUrl: string) => Transport)(services[service].url)
    const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` }
    // an empty request: the methods that change something refuse it
    const call =
      method.methodKind === 'unary'
        ? transport.unary(method, undefined, undefined, headers, create(method.input))
        : firstMessage(transport, method, headers)
    const code = await call.then(
      () => undefined,
      async () => (await failureOf(call)).code,
    )
    if (code === Code.Unauthenticated) return 'unauthenticated'
    return code === Code.PermissionDenied ? 'permission_denied' : 'permitted'
  }
}

/** Starts a stream, and ends it when it has begun. */
async function firstMessage(transport: Transport, method: DescMethodServerStreaming, headers: Record<string, string>) {
  const ending = new AbortController()
  const input = (async function* () {
    yield create(method.input)
  })()
  try {
    const { message } = await transport.stream(method, ending.signal, undefined, headers, input)
    await message[Symbol.asyncIterator]().next()
  } finally {
    ending.abort()
  }
}

function restCall(service: ServiceName, method: string, path: string, headers: Record<string, string> = {}): Call {
  return async (credential) => {
    const response = await fetch(`${services[service].url}${path.replace(/\{\w+\}/g, 'x')}`, {
      method,
      headers: {
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(method === 'POST' && { body: '{}' }),
    })
    await response.body?.cancel()
    if (response.status === 401) expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/)
    if (response.status === 401) return 'unauthenticated'
    return response.status === 403 ? 'permission_denied' : 'permitted'
  }
}

/** Compares the outcome of a call with every credential with what the scope demands. */
async function expectOutcomes(call: Call, required: Scope): Promise<void> {
  const outcomes: Record<string, Outcome> = { none: await call(undefined) }
  for (const [name, credential] of Object.entries(INVALID)) outcomes[name] = await call(credential)
  for (const scope of ALL_SCOPES) outcomes[scope] = await call(keyOf[scope])
  expect(outcomes).toEqual({
    none: 'unauthenticated',
    ...Object.fromEntries(Object.keys(INVALID).map((name) => [name, 'unauthenticated'])),
    'a publishable key': 'permission_denied', // without the header Origin
    ...Object.fromEntries(ALL_SCOPES.map((scope) => [scope, scope === required ? 'permitted' : 'permission_denied'])),
  })
}

describe('every RPC method', () => {
  test('has a row in the matrix', async () => {
    const methods = (await declaredServices()).flatMap(({ typeName, methods: declared }) =>
      declared.map(({ name }) => `${typeName}/${name}`),
    )
    expect(Object.values(RPC_METHODS).flatMap(Object.keys).sort()).toEqual(methods.sort())
  })

  test.each(
    SERVICE_NAMES.flatMap((service) =>
      Object.entries(RPC_METHODS[service]).flatMap(([path, scope]) =>
        Object.keys(PROTOCOLS).map((protocol) => ({ service, path, scope, protocol })),
      ),
    ),
  )('$path needs $scope over $protocol', async ({ service, path, scope, protocol }) => {
    await expectOutcomes(rpcCall(protocol, service, await methodAt(path)), scope)
  })
})

describe('every route', () => {
  test.each(SERVICE_NAMES)('of %s has a row in the matrix, also those that are not documented', (service) => {
    const methods = Object.keys(RPC_METHODS[service])
    const rpcServices = new Set(methods.map((method) => method.split('/')[0]))
    const rows = [
      ...Object.keys(ROUTES[service]),
      ...(service === 'intake' ? FORM_ROUTES : []),
      ...Object.keys(PUBLIC_ROUTES[service]),
      ...PUBLIC_PATHS.map((path) => `GET ${path}`),
      // the protocol handler checks the method of a call, and says of any other path that there is no such method
      ...[...methods, ...[...rpcServices].map((name) => [name, '*'].join('/'))].map((path) => `* /${path}`),
    ]
    expect(registeredRoutes(services[service].output()).sort()).toEqual(rows.sort())
  })

  test.each(
    SERVICE_NAMES.flatMap((service) =>
      Object.entries(ROUTES[service]).map(([route, scope]) => ({ service, route, scope })),
    ),
  )('$route of $service needs $scope', async ({ service, route, scope }) => {
    const [method = '', path = ''] = route.split(' ')
    await expectOutcomes(restCall(service, method, path), scope)
  })

  test.each(FORM_ROUTES)('%s needs a publishable key in the path, and one of its origins', async (route) => {
    const [method = '', path = ''] = route.split(' ')
    const submit = async (key: string, headers: Record<string, string> = {}) => {
      const url = `${services.intake.url}${path.replace('{publishable_key}', key)}`
      const { status } = await fetch(url, { method, headers: { origin: ORIGIN, ...headers } })
      return status === 401 ? 'unauthenticated' : status === 403 ? 'permission_denied' : 'permitted'
    }
    const { 'a publishable key': publishable, ...invalid } = INVALID
    for (const key of [...Object.values(invalid), ...Object.values(keyOf)]) {
      expect(await submit(encodeURIComponent(key))).toBe('unauthenticated')
    }
    const authorization = `Bearer ${keyOf['leads:write']}`
    expect(await submit('x', { authorization })).toBe('unauthenticated')
    expect(await submit(publishable, { origin: 'https://www.example.org', authorization })).toBe('permission_denied')
    expect(await submit(publishable)).toBe('permitted')
  })

  test.each(
    SERVICE_NAMES.flatMap((service) =>
      Object.entries(PUBLIC_ROUTES[service]).map(([route, callers]) => ({ service, route, callers })),
    ),
  )('$route of $service permits $callers, with any credential or none', async ({ service, route, callers }) => {
    const [method = '', path = ''] = route.split(' ')
    for (const credential of [undefined, ...Object.values(INVALID), keyOf['leads:read']]) {
      const outcome = (headers: Record<string, string>) => restCall(service, method, path, headers)(credential)
      const elsewhere = callers === 'anyone' ? 'permitted' : 'permission_denied'
      expect(await outcome({ 'sec-fetch-site': 'same-origin' })).toBe('permitted')
      expect(await outcome({ 'sec-fetch-site': 'cross-site', origin: ORIGIN })).toBe(elsewhere)
      expect(await outcome({})).toBe(elsewhere)
    }
  })

  test.each(SERVICE_NAMES.flatMap((service) => PUBLIC_PATHS.map((path) => [service, path] as const)))(
    'of %s at %s needs no credential',
    async (service, path) => {
      expect((await fetch(`${services[service].url}${path.replace('*', 'swagger-ui.css')}`)).status).toBe(200)
    },
  )
})

const GENERATED = new URL('../gen/leadtriage/', import.meta.url)

async function declaredServices(): Promise<DescService[]> {
  const files = readdirSync(GENERATED, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('_service_pb.ts'),
  )
  const modules = await Promise.all(files.map((file) => import(new URL(file, GENERATED).href)))
  return modules.flatMap((module: object) => Object.values(module).filter(isService))
}

function isService(exported: unknown): exported is DescService {
  return typeof exported === 'object' && exported !== null && 'kind' in exported && exported.kind === 'service'
}

async function methodAt(path: string): Promise<DescMethodUnary | DescMethodServerStreaming> {
  const [typeName, name] = path.split('/')
  const service = (await declaredServices()).find((declared) => declared.typeName === typeName)
  const method = service?.methods.find((declared) => declared.name === name)
  if (method === undefined || !isSupported(method)) throw new Error(`there is no method ${path}`)
  return method
}

/** See `lib/server/rpc.ts`. */
function isSupported(method: DescMethod): method is DescMethodUnary | DescMethodServerStreaming {
  return method.methodKind === 'unary' || method.methodKind === 'server_streaming'
}
