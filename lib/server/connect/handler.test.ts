import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Code, createClient } from '@connectrpc/connect'
import { errorFromJson } from '@connectrpc/connect/protocol-connect'
import { findTrailerError } from '@connectrpc/connect/protocol-grpc'
import { trailerParse } from '@connectrpc/connect/protocol-grpc-web'
import { createConnectTransport } from '@connectrpc/connect-node'
import { describe, expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '../../../gen/google/rpc/error_details_pb.ts'
import {
  RedriveDeadLettersRequestSchema,
  RedriveDeadLettersResponseSchema,
  TriageService,
} from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { failureOf, reasonOf, TRANSPORTS } from '../../../testkit/clients/rpc.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

const SERVICE = '/leadtriage.triage.v1.TriageService'
const QUEUE = `${SERVICE}/GetQueue`
const REDRIVE = `${SERVICE}/RedriveDeadLetters`
const JSON_TYPE = { 'content-type': 'application/json' }
const PROTO_TYPE = { 'content-type': 'application/proto' }
const REQUEST = toBinary(
  RedriveDeadLettersRequestSchema,
  create(RedriveDeadLettersRequestSchema, { leadIds: ['a', 'b'] }),
)

/** A raw Connect or gRPC-Web request. */
interface RawRequest {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

function send({ url }: TestServer, { path = REDRIVE, method = 'POST', headers = JSON_TYPE, body }: RawRequest) {
  return fetch(url + path, { method, headers, body: body ?? null } as RequestInit)
}

/** The log line of the only call. */
async function loggedCall(server: TestServer) {
  await eventually(() => server.log.text().includes('call ended'))
  const calls = server.log.entries().filter(({ msg }) => msg.startsWith('call '))
  expect(calls).toHaveLength(1)
  return calls[0]
}

async function countOf({ url }: TestServer, method: string, outcome: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const line = metrics.split('\n').find((each) => {
    const isOutcome = each.includes(`method="${method}"`) && each.includes(`outcome="${outcome}"`)
    return each.startsWith('leadtriage_call_duration_seconds_count') && each.includes('protocol="connect"') && isOutcome
  })
  return Number(line?.split(' ').at(-1) ?? 0)
}

const get = (query: string, method = 'GetQueue'): RawRequest => ({
  path: `${SERVICE}/${method}?${query}`,
  method: 'GET',
  headers: {},
})

describe('a request that violates the Connect protocol is rejected with the reason:', () => {
  test.each<[what: string, sent: RawRequest, status: number, code: string, says: RegExp]>([
    [
      'bytes that are not a message',
      { headers: PROTO_TYPE, body: 'garbage' },
      400,
      'invalid_argument',
      /RedriveDeadLettersRequest/,
    ],
    [
      'binary with text that is not UTF-8',
      { headers: PROTO_TYPE, body: Uint8Array.from([0x0a, 1, 0xff]) },
      400,
      'invalid_argument',
      /UTF-8/,
    ],
    [
      'JSON that is not UTF-8',
      { body: Buffer.from('{"leadIds":["\xff"]}', 'latin1') },
      400,
      'invalid_argument',
      /UTF-8/,
    ],
    ['invalid JSON', { body: '{"leadIds": ' }, 400, 'invalid_argument', /must be JSON/],
    ['an empty body as JSON', { body: '' }, 400, 'invalid_argument', /must be JSON/],
    ['JSON that is not an object', { body: '[1]' }, 400, 'invalid_argument', /must be a JSON object/],
    [
      'an unknown field',
      { body: '{"leedIds":[]}' },
      400,
      'invalid_argument',
      /leedIds is not a field of RedriveDeadLettersRequest; the fields are leadIds, /,
    ],
    ['__proto__ as a field', { body: '{"__proto__":{}}' }, 400, 'invalid_argument', /__proto__ is not a field/],
    ['a field of the wrong type', { body: '{"leadIds":7}' }, 400, 'invalid_argument', /lead_ids must be a list/],
    ['a duplicate field', { body: '{"all":true,"all":false}' }, 400, 'invalid_argument', /protobuf JSON/],
    [
      'a timeout that is not a number',
      { headers: { ...JSON_TYPE, 'connect-timeout-ms': 'soon' }, body: '{}' },
      400,
      'invalid_argument',
      /connect-timeout-ms must be/,
    ],
    [
      'a negative timeout',
      { headers: { ...JSON_TYPE, 'connect-timeout-ms': '-1' }, body: '{}' },
      400,
      'invalid_argument',
      /connect-timeout-ms must be/,
    ],
    [
      'a timeout of zero',
      { headers: { ...JSON_TYPE, 'connect-timeout-ms': '0' }, body: '{}' },
      504,
      'deadline_exceeded',
      /deadline/,
    ],
    [
      'an unsupported version',
      { headers: { ...JSON_TYPE, 'connect-protocol-version': '2' }, body: '{}' },
      400,
      'invalid_argument',
      /connect-protocol-version must be 1/,
    ],
    [
      'an unknown compression',
      { headers: { ...JSON_TYPE, 'content-encoding': 'zip' }, body: '{}' },
      415,
      'unimplemented',
      /gzip, br, deflate/,
    ],
    [
      'a body that is not compressed as declared',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: '{}' },
      400,
      'invalid_argument',
      /decompressed as gzip/,
    ],
    [
      'a truncated compressed body',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync('{"all":true}').subarray(0, 15) },
      400,
      'invalid_argument',
      /decompressed as gzip/,
    ],
    [
      'a message above the limit',
      { headers: PROTO_TYPE, body: new Uint8Array(9 * 1024 * 1024) },
      429,
      'resource_exhausted',
      /8388608 bytes/,
    ],
    [
      'a message above the limit after decompression',
      {
        headers: { ...PROTO_TYPE, 'content-encoding': 'br' },
        body: brotliCompressSync(new Uint8Array(9 * 1024 * 1024)),
      },
      429,
      'resource_exhausted',
      /8388608 bytes/,
    ],
    [
      'an unsupported charset',
      { headers: { 'content-type': 'application/json; charset=iso-8859-1' }, body: '{}' },
      415,
      'unimplemented',
      /utf-8/,
    ],
    [
      'an unsupported content type',
      { headers: { 'content-type': 'text/plain' }, body: '{}' },
      415,
      'unimplemented',
      /application\/json or application\/proto/,
    ],
    [
      'no content type',
      { headers: { 'content-type': '' }, body: Buffer.from('{}') },
      415,
      'unimplemented',
      /application\/json or application\/proto/,
    ],
    [
      'an invalid content type',
      { headers: { 'content-type': 'json' }, body: '{}' },
      415,
      'unimplemented',
      /application\/json or application\/proto/,
    ],
    [
      'a streaming call',
      { headers: { 'content-type': 'application/connect+json' }, body: '{}' },
      415,
      'unimplemented',
      /application\/json or application\/proto/,
    ],
    [
      'gRPC over HTTP/1.1',
      { headers: { 'content-type': 'application/grpc' }, body: '{}' },
      415,
      'unimplemented',
      /application\/json or application\/proto/,
    ],
    [
      'gRPC-Web in base64',
      { headers: { 'content-type': 'application/grpc-web-text' }, body: 'AAAAAAA=' },
      415,
      'unimplemented',
      /application\/json or application\/proto/,
    ],
    ['PUT', { method: 'PUT', body: '{}' }, 405, 'unimplemented', /PUT; use POST/],
    ['DELETE', { method: 'DELETE', headers: {} }, 405, 'unimplemented', /DELETE; use POST/],
    [
      'GET for a method with side effects',
      get('connect=v1&encoding=json&message=%7B%7D', 'RedriveDeadLetters'),
      405,
      'unimplemented',
      /GET; use POST/,
    ],
    [
      'PUT for a method without side effects',
      { path: QUEUE, method: 'PUT', body: '{}' },
      405,
      'unimplemented',
      /PUT; use GET or POST/,
    ],
    [
      'GET with invalid base64',
      get('encoding=proto&base64=1&message=%25%25'),
      400,
      'invalid_argument',
      /message must be URL-safe base64/,
    ],
    [
      'GET with truncated base64',
      get('encoding=json&base64=1&message=e30e3'),
      400,
      'invalid_argument',
      /message must be URL-safe base64/,
    ],
    [
      'GET with an invalid base64 parameter',
      get('encoding=json&base64=yes&message=e30'),
      400,
      'invalid_argument',
      /base64 must be 1/,
    ],
    ['GET without a message', get('connect=v1&encoding=json'), 400, 'invalid_argument', /message is missing/],
    ['GET without an encoding', get('connect=v1&message=%7B%7D'), 400, 'invalid_argument', /encoding is missing/],
    [
      'GET with an unsupported encoding',
      get('encoding=xml&message=%7B%7D'),
      415,
      'unimplemented',
      /encoding must be json or proto/,
    ],
    [
      'GET with an unsupported version',
      get('connect=v2&encoding=json&message=%7B%7D'),
      400,
      'invalid_argument',
      /connect must be v1/,
    ],
    [
      'GET with an unknown compression',
      get('encoding=json&base64=1&compression=zip&message=e30'),
      415,
      'unimplemented',
      /gzip, br, deflate/,
    ],
    [
      'GET with text that is not UTF-8',
      get('encoding=json&message=%7B%22a%22:%22%ff%22%7D'),
      400,
      'invalid_argument',
      /UTF-8/,
    ],
    [
      'GET with two messages',
      get('encoding=json&message=%7B%7D&message=%7B%7D'),
      400,
      'invalid_argument',
      /message must be given once/,
    ],
    ['an unknown method', { path: `${SERVICE}/Nothing`, body: '{}' }, 404, 'unimplemented', /has no method Nothing/],
  ])('%s', async (_what, sent, status, code, says) => {
    const server = await start()
    const response = await send(server, sent)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const body = (await response.json()) as { code: string; message: string }
    expect(body).toMatchObject({ code, message: expect.stringMatching(says) })
    // the Connect client can parse it
    const error = errorFromJson(body as never, undefined, (() => expect.unreachable()) as never)
    const [info] = error.findDetails(ErrorInfoSchema)
    const outcome = info?.reason.toLowerCase() ?? ''
    expect(await loggedCall(server)).toMatchObject({ level: 30, protocol: 'connect', outcome })
    const name = sent.path?.includes('/Nothing')
      ? 'unknown'
      : sent.path?.includes('GetQueue')
        ? 'GetQueue'
        : 'RedriveDeadLetters'
    expect(await countOf(server, name, outcome)).toBe(1)
  })

  test('405 lists the allowed methods, 415 the supported content types and compressions', async () => {
    const server = await start()
    expect((await send(server, { method: 'PUT', body: '{}' })).headers.get('allow')).toBe('OPTIONS, POST')
    expect((await send(server, { path: QUEUE, method: 'PUT', body: '{}' })).headers.get('allow')).toBe(
      'GET, OPTIONS, POST',
    )
    const head = await send(server, { path: QUEUE, method: 'HEAD', headers: {} })
    expect({ status: head.status, allow: head.headers.get('allow') }).toEqual({
      status: 405,
      allow: 'GET, OPTIONS, POST',
    })
    const options = await send(server, { path: QUEUE, method: 'OPTIONS', headers: {} })
    expect({ status: options.status, allow: options.headers.get('allow') }).toEqual({
      status: 204,
      allow: 'GET, OPTIONS, POST',
    })
    const { headers } = await send(server, { headers: { 'content-type': 'text/plain' }, body: '{}' })
    expect(headers.get('accept-post')).toContain('application/json, application/proto')
    expect(headers.get('accept-encoding')).toBe('gzip,br,deflate')
  })

  test('each violation of a JSON message is reported with its path', async () => {
    const server = await start()
    const response = await send(server, { body: '{"leedIds":[],"all":"yes","reason":"TIRED","failedAfter":"now"}' })
    const error = errorFromJson((await response.json()) as never, undefined, (() => expect.unreachable()) as never)
    const violations = error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations)
    expect(violations.map(({ field }) => field)).toEqual(['leedIds', 'all', 'reason', 'failed_after'])
  })
})

describe('a valid Connect request is served:', () => {
  const twoIds = JSON.stringify({ leadIds: ['a', 'b'] })
  test.each<[what: string, sent: RawRequest]>([
    ['JSON', { body: twoIds }],
    ['JSON with the field names of the .proto file', { body: '{"lead_ids":["a","b"]}' }],
    ['JSON with a charset', { headers: { 'content-type': 'Application/JSON; charset="UTF-8"' }, body: twoIds }],
    ['JSON after a byte order mark', { body: `\ufeff${twoIds}` }],
    ['binary', { headers: PROTO_TYPE, body: REQUEST }],
    ['gzip', { headers: { ...PROTO_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(REQUEST) }],
    ['brotli', { headers: { ...JSON_TYPE, 'content-encoding': 'br' }, body: brotliCompressSync(twoIds) }],
    ['a version', { headers: { ...JSON_TYPE, 'connect-protocol-version': '1' }, body: twoIds }],
    ['the longest timeout', { headers: { ...JSON_TYPE, 'connect-timeout-ms': '9999999999' }, body: twoIds }],
    [
      'binary with unknown fields of a newer client',
      { headers: PROTO_TYPE, body: Buffer.concat([REQUEST, Buffer.from([0x98, 0x06, 1])]) },
    ],
  ])('%s', async (_what, sent) => {
    const server = await start()
    const response = await send(server, sent)
    expect(response.status).toBe(200)
    if (response.headers.get('content-type') === 'application/proto') {
      const bytes = new Uint8Array(await response.arrayBuffer())
      expect(fromBinary(RedriveDeadLettersResponseSchema, bytes).leads).toBe(2n)
    } else {
      expect(await response.json()).toEqual({ leads: '2' })
    }
    expect(await loggedCall(server)).toMatchObject({ protocol: 'connect', method: 'RedriveDeadLetters', outcome: 'ok' })
  })

  test.each([
    ['JSON in the query', 'connect=v1&encoding=json&message=%7B%7D'],
    ['binary in base64', 'connect=v1&base64=1&encoding=proto&message='],
    ['JSON in base64, padded', 'base64=1&encoding=json&message=e30%3D'],
    ['compressed', `base64=1&encoding=json&compression=gzip&message=${gzipSync('{}').toString('base64url')}`],
  ])('GET with %s', async (_what, query) => {
    const response = await send(await start(), get(query))
    expect({ status: response.status, cache: response.headers.get('cache-control') }).toEqual({
      status: 200,
      cache: 'no-store',
    })
  })
})

describe('gRPC-Web', () => {
  const WEB = { 'content-type': 'application/grpc-web+proto' }
  const frame = (message: Uint8Array, flags = 0, length = message.length) =>
    Buffer.concat([Buffer.from([flags, length >>> 24, length >>> 16, length >>> 8, length]), message])

  async function errorOf(response: Response) {
    expect(response.status).toBe(200)
    const body = Buffer.from(await response.arrayBuffer())
    expect(body[0]).toBe(0x80)
    return findTrailerError(trailerParse(body.subarray(5))) ?? expect.unreachable()
  }

  test.each<[what: string, sent: RawRequest, code: Code, says: RegExp]>([
    [
      'bytes that are not a message',
      { body: frame(Buffer.from('garbage')) },
      Code.InvalidArgument,
      /RedriveDeadLettersRequest/,
    ],
    ['text that is not UTF-8', { body: frame(Uint8Array.from([0x0a, 1, 0xff])) }, Code.InvalidArgument, /UTF-8/],
    ['no frame', { body: '' }, Code.Unimplemented, /one message, received none/],
    ['a truncated frame', { body: frame(REQUEST).subarray(0, 7) }, Code.InvalidArgument, /shorter than its declared/],
    [
      'two frames',
      { body: Buffer.concat([frame(REQUEST), frame(REQUEST)]) },
      Code.Unimplemented,
      /one message, received more/,
    ],
    ['trailers', { body: frame(Buffer.from('a: b\r\n'), 0x80) }, Code.InvalidArgument, /byte 0, or 1/],
    [
      'a frame with too large a declared length',
      { body: frame(REQUEST, 0, 2 ** 32 - 1) },
      Code.ResourceExhausted,
      /8388608 bytes/,
    ],
    ['compression without an encoding', { body: frame(REQUEST, 1) }, Code.InvalidArgument, /grpc-encoding is missing/],
    [
      'an unknown compression',
      { headers: { ...WEB, 'grpc-encoding': 'zip' }, body: frame(REQUEST, 1) },
      Code.Unimplemented,
      /gzip, br, deflate/,
    ],
    [
      'an invalid timeout',
      { headers: { ...WEB, 'grpc-timeout': 'soon' }, body: frame(REQUEST) },
      Code.InvalidArgument,
      /grpc-timeout must be/,
    ],
    [
      'a timeout of zero',
      { headers: { ...WEB, 'grpc-timeout': '0m' }, body: frame(REQUEST) },
      Code.DeadlineExceeded,
      /deadline/,
    ],
    [
      'an unknown JSON field',
      { headers: { 'content-type': 'application/grpc-web+json' }, body: frame(Buffer.from('{"x":1}')) },
      Code.InvalidArgument,
      /x is not a field/,
    ],
  ])('rejects %s with a gRPC status', async (_what, { headers = WEB, ...sent }, code, says) => {
    const server = await start()
    const error = await errorOf(await send(server, { headers, ...sent }))
    expect({ code: error.code, message: error.rawMessage }).toEqual({ code, message: expect.stringMatching(says) })
    const outcome = reasonOf(error)?.toLowerCase() ?? ''
    expect(await loggedCall(server)).toMatchObject({ level: 30, protocol: 'connect', outcome })
  })

  test.each<[what: string, sent: RawRequest]>([
    ['binary', { body: frame(REQUEST) }],
    ['no encoding in the type', { headers: { 'content-type': 'application/grpc-web' }, body: frame(REQUEST) }],
    ['gzip', { headers: { ...WEB, 'grpc-encoding': 'gzip' }, body: frame(gzipSync(REQUEST), 1) }],
    [
      'JSON',
      { headers: { 'content-type': 'application/grpc-web+json' }, body: frame(Buffer.from('{"leadIds":["a","b"]}')) },
    ],
  ])('serves %s', async (_what, { headers = WEB, ...sent }) => {
    const body = Buffer.from(await (await send(await start(), { headers, ...sent })).arrayBuffer())
    const length = body.readUInt32BE(1)
    expect(trailerParse(body.subarray(10 + length)).get('grpc-status')).toBe('0')
  })
})

describe.each(TRANSPORTS)('over %s', (_name, transport) => {
  test('a call whose deadline passes fails with deadline_exceeded, and its method is aborted', async () => {
    const aborted = Promise.withResolvers<void>()
    const server = await start({
      answer: (signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => aborted.resolve())
        }),
    })
    const error = await failureOf(createClient(TriageService, transport(server.url)).getQueue({}, { timeoutMs: 1_000 }))
    expect(error.code).toBe(Code.DeadlineExceeded)
    await aborted.promise
    expect(await loggedCall(server)).toMatchObject({ level: 30, method: 'GetQueue' })
  })
})

test.each([
  [
    'Connect',
    `POST ${QUEUE} HTTP/1.1\r\nHost: x\r\nConnect-Timeout-Ms: 50\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  [
    'gRPC-Web',
    `POST ${QUEUE} HTTP/1.1\r\nHost: x\r\nGrpc-Timeout: 50m\r\nContent-Type: application/grpc-web\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0`,
  ],
])('over %s the server sends deadline_exceeded even if the client keeps waiting', async (_name, request) => {
  const server = await start({ answer: () => new Promise(() => undefined) })
  const socket = connect(server.port, server.host)
  socket.write(request.replace('HTTP/1.1\r\n', 'HTTP/1.1\r\nConnection: close\r\n'))
  const answer = await text(socket)
  expect(answer).toMatch(/HTTP\/1.1 504 .*"code":"deadline_exceeded"|grpc-status: 4\r\n/s)
  expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'deadline_exceeded' })
})

test.each(['application/json', 'application/grpc-web+proto'])(
  'a body (%s) that the client does not complete is a cancelled call, and not logged as an error',
  async (type) => {
    const server = await start()
    const socket = connect(server.port, server.host)
    const head = `POST ${REDRIVE} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: 100\r\n\r\n`
    socket.write(`${head}{"leadIds":`, () => socket.destroy())
    expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'cancelled' })
  },
)

test('a body that arrives too slowly is a request timeout, and not logged as an error', async () => {
  const server = await start({ requestTimeoutMs: 200 })
  const socket = connect(server.port, server.host)
  const answer = text(socket)
  const head = `POST ${REDRIVE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`
  socket.write(`${head}{"leadIds":`)
  expect(await answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(await loggedCall(server)).toMatchObject({ level: 30, protocol: 'connect', outcome: 'request_timeout' })
})

test('a call whose client disconnects is cancelled, and its method is aborted', async () => {
  const called = Promise.withResolvers<AbortSignal>()
  const server = await start({
    answer: (signal) => {
      called.resolve(signal)
      return new Promise(() => undefined)
    },
  })
  const controller = new AbortController()
  const client = createClient(TriageService, createConnectTransport({ baseUrl: server.url, httpVersion: '1.1' }))
  const call = failureOf(client.getQueue({}, { signal: controller.signal }))
  const signal = await called.promise
  controller.abort()
  expect((await call).code).toBe(Code.Canceled)
  expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'cancelled' })
  expect(signal.aborted).toBe(true)
})

test('a call during shutdown fails with unavailable in the format of its protocol', async () => {
  const called = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const server = await start({
    answer: () => {
      called.resolve()
      return answer.promise
    },
  })
  const socket = connect(server.port, server.host)
  const answers = text(socket)
  const request = `POST ${QUEUE} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`
  socket.write(request)
  await called.promise
  socket.write(request)
  const closed = server.close(10_000)
  setImmediate(answer.resolve)
  await closed
  expect(await answers).toMatch(/HTTP\/1\.1 503 .*retry-after: 1\r\n.*"code":"unavailable","message"/s)
})
