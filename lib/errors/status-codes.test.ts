import { fromBinary } from '@bufbuild/protobuf'
import { anyUnpack } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import type { ServiceError } from '@grpc/grpc-js'
import { beforeEach, describe, expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.ts'
import { StatusSchema } from '../../gen/google/rpc/status_pb.ts'
import { TriageService } from '../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { statusDetailsOf, useGrpcQueueClients } from '../../testkit/clients/grpc-queue-client.ts'
import type { TestServer } from '../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../testkit/fixtures/test-server.ts'
import { AppError, ErrorCode } from './app-error.ts'
import { HTTP_STATUS, RPC_CODE } from './status-codes.ts'

const VIOLATIONS = [{ path: 'lead.email', message: 'must be an email address' }]
const RETRY_AFTER_SECONDS = 7

const startServer = useTestServers()
const openGrpc = useGrpcQueueClients()
let server: TestServer
let thrown: unknown

beforeEach(async () => {
  server = await startServer({
    answer: async () => {
      throw thrown
    },
  })
})

/** The error that an RPC client sees; each protocol has its own way to transmit it. */
interface RpcFailure {
  code: number
  message: string
  reason: string | undefined
  domain: string | undefined
  violations: { field: string; description: string }[]
  retrySeconds: bigint | undefined
}

async function throughConnect(
  transport: typeof createConnectTransport | typeof createGrpcWebTransport,
): Promise<RpcFailure> {
  const client = createClient(TriageService, transport({ baseUrl: server.url, httpVersion: '1.1' }))
  const error = ConnectError.from(await client.getQueue({}).catch((error: unknown) => error))
  const info = error.findDetails(ErrorInfoSchema)[0]
  return {
    code: error.code,
    message: error.rawMessage,
    reason: info?.reason,
    domain: info?.domain,
    violations: error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations),
    retrySeconds: error.findDetails(RetryInfoSchema)[0]?.retryDelay?.seconds,
  }
}

async function throughGrpc(): Promise<RpcFailure> {
  const error: ServiceError = await openGrpc(server)
    .getQueue()
    .then(
      () => expect.unreachable(),
      (error: ServiceError) => error,
    )
  const status = fromBinary(StatusSchema, statusDetailsOf(error))
  expect(status).toMatchObject({ code: error.code, message: error.details })
  const [info] = status.details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema) ?? [])
  const [retry] = status.details.flatMap((detail) => anyUnpack(detail, RetryInfoSchema) ?? [])
  return {
    code: error.code,
    message: error.details,
    reason: info?.reason,
    domain: info?.domain,
    violations: status.details.flatMap((detail) => anyUnpack(detail, BadRequestSchema)?.fieldViolations ?? []),
    retrySeconds: retry?.retryDelay?.seconds,
  }
}

const rpcProtocols: [string, () => Promise<RpcFailure>][] = [
  ['Connect', () => throughConnect(createConnectTransport)],
  ['gRPC-Web', () => throughConnect(createGrpcWebTransport)],
  ['gRPC', throughGrpc],
]

describe.each(Object.values(ErrorCode))('%s', (code) => {
  beforeEach(() => {
    thrown = new AppError(code, `Something: "${code}", naïve ✓.`, {
      violations: VIOLATIONS,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: new Error('a secret'),
    })
  })

  test('over REST is a problem document with the mapped status', async () => {
    const response = await fetch(`${server.url}/call`)
    expect(response.status).toBe(HTTP_STATUS[code])
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(response.headers.get('retry-after')).toBe(String(RETRY_AFTER_SECONDS))
    expect(await response.json()).toEqual({
      type: 'about:blank',
      title: expect.stringMatching(/^[A-Z]/),
      status: HTTP_STATUS[code],
      code,
      detail: `Something: "${code}", naïve ✓.`,
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      errors: VIOLATIONS,
    })
  })

  test.each(rpcProtocols)('over %s has the mapped code and the standard details', async (_protocol, call) => {
    expect(await call()).toEqual({
      code: RPC_CODE[code],
      message: `Something: "${code}", naïve ✓.`,
      reason: code.toUpperCase(),
      domain: 'leadtriage',
      violations: VIOLATIONS.map(({ path, message }) => expect.objectContaining({ field: path, description: message })),
      retrySeconds: BigInt(RETRY_AFTER_SECONDS),
    })
  })
})

test('Connect sends Retry-After in addition to RetryInfo', async () => {
  thrown = new AppError(ErrorCode.Unavailable, 'unreachable', { retryAfterSeconds: 2 })
  const response = await fetch(`${server.url}/${TriageService.typeName}/GetQueue`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('2')
})

test('an error without violations or a retry delay contains neither', async () => {
  thrown = new AppError(ErrorCode.LeadNotFound, 'There is no such lead.')
  const response = await fetch(`${server.url}/call`)
  expect(response.headers.has('retry-after')).toBe(false)
  expect(await response.json()).not.toHaveProperty('errors')
  for (const [, call] of rpcProtocols) expect(await call()).toMatchObject({ violations: [], retrySeconds: undefined })
})

describe('an unexpected error', () => {
  beforeEach(() => {
    thrown = Object.assign(new Error('column "ssn" does not exist', { cause: new Error('inner') }), {
      code: '42703',
      detail: 'Failing row contains (secret@example.com)',
    })
  })

  /** Asserts that a response has the generic message and nothing from the error. */
  function expectNothingLeaked(response: string): void {
    expect(response).toContain('Something went wrong on our side.')
    for (const detail of ['ssn', 'secret', 'inner', '.ts', 'node_modules', 'at '])
      expect(response).not.toContain(detail)
    expect(response).not.toMatch(/\b42703\b/) // a random request id may contain these digits
  }

  test('is hidden from REST clients and logged in full, except for the row', async () => {
    const response = await fetch(`${server.url}/call`)
    expect(response.status).toBe(500)
    expectNothingLeaked(JSON.stringify([await response.text(), ...response.headers]))
    expect(server.log.entries()).toContainEqual(
      expect.objectContaining({
        level: 50,
        protocol: 'rest',
        err: expect.objectContaining({
          message: 'column "ssn" does not exist',
          code: '42703',
          stack: expect.any(String),
        }),
      }),
    )
    expect(server.log.text()).not.toContain('secret')
  })

  test('that has an HTTP status is still an internal error', async () => {
    thrown = Object.assign(new Error('not found upstream'), { statusCode: 404 })
    expect((await fetch(`${server.url}/call`)).status).toBe(500)
  })

  test.each(rpcProtocols)(
    'is hidden from %s clients and logged in full, except for the row',
    async (_protocol, call) => {
      const failure = await call()
      expect(failure).toMatchObject({ code: Code.Internal, reason: 'INTERNAL', violations: [] })
      expectNothingLeaked(JSON.stringify({ ...failure, retrySeconds: undefined }))
      expect(server.log.entries()).toContainEqual(
        expect.objectContaining({ level: 50, err: expect.objectContaining({ code: '42703' }) }),
      )
      expect(server.log.text()).not.toContain('secret')
    },
  )
})

test('an expected error is not logged at error level', async () => {
  thrown = new AppError(ErrorCode.InvalidRequest, 'no')
  await fetch(`${server.url}/call`)
  for (const [, call] of rpcProtocols) await call()
  expect(server.log.entries().filter(({ level }) => level >= 50)).toEqual([])
})
