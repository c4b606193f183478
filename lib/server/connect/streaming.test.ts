import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { describe, expect, test } from 'vitest'
import { FrameFlag, frame, readFrames } from '../../../testkit/clients/grpc-frames.ts'
import { openSocket } from '../../../testkit/clients/raw-http.ts'
import { post } from '../../../testkit/clients/rest.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { StreamService, WatchRequestSchema, WatchResponseSchema } from '../../../testkit/fixtures/stream-service.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { CallContext } from '../rpc.ts'

const start = useTestServers()

const WATCH = `/${StreamService.typeName}/Watch`
const QUEUE = '/leadtriage.triage.v1.TriageService/GetQueue'
const JSON_TYPE = { 'content-type': 'application/connect+json' }
const PROTO_TYPE = { 'content-type': 'application/connect+proto' }
const REQUEST = toBinary(WatchRequestSchema, create(WatchRequestSchema, { name: 'a', count: 3 }))
const END_FLAG = 0x02

interface RawRequest {
  readonly path?: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: Uint8Array
}

function send({ url }: TestServer, { path = WATCH, method = 'POST', headers = JSON_TYPE, body }: RawRequest) {
  return fetch(url + path, { method, headers, body: body ?? null } as RequestInit)
}

const message = (value: string) => frame(Buffer.from(value))

/** Serves as many messages as the request says. */
async function* count(request: { readonly count: number; readonly name: string }) {
  for (let number = 1; number <= request.count; number += 1) {
    yield create(WatchResponseSchema, { number, text: request.name })
  }
}

/** The messages of a response, and the JSON of its last one. */
async function framesOf(response: Response) {
  const frames = readFrames(Buffer.from(await response.arrayBuffer())) ?? expect.unreachable()
  const last = frames.pop()
  expect(last?.flag).toBe(END_FLAG)
  return { messages: frames, end: JSON.parse(String(last?.payload)) as object }
}

function outcomes({ log }: TestServer) {
  return log.entries().flatMap(({ method, outcome }) => (method === 'Watch' ? [outcome] : []))
}

describe('a request that violates the Connect protocol is rejected with the reason:', () => {
  const invalid = ['invalid_argument', 'invalid_request'] as const
  const tooLarge = ['resource_exhausted', 'payload_too_large'] as const
  const unsupported = ['unimplemented', 'unsupported_media_type'] as const
  const cardinality = ['unimplemented', 'method_not_allowed'] as const
  test.each<[what: string, sent: RawRequest, codes: readonly [string, string], says: RegExp]>([
    ['no envelope', {}, cardinality, /exactly one message, received none/],
    ['two envelopes', { body: Buffer.concat([message('{}'), message('{}')]) }, cardinality, /received more/],
    ['a truncated envelope', { body: message('{}').subarray(0, 6) }, invalid, /shorter than its declared length/],
    ['half of a prefix', { body: message('{}').subarray(0, 3) }, invalid, /shorter than its declared length/],
    ['bytes after the envelope', { body: Buffer.concat([message('{}'), Buffer.from([0])]) }, invalid, /shorter/],
    ['the flag of the last message', { body: frame(Buffer.from('{}'), END_FLAG) }, invalid, /start with the byte 0/],
    ['too large a declared length', { body: frame(Buffer.from('{}'), 0, 2 ** 32 - 1) }, tooLarge, /8388608 bytes/],
    ['no JSON', { body: message('{') }, invalid, /must be JSON/],
    ['JSON that is not UTF-8', { body: frame(Buffer.from('{"name":"\xff"}', 'latin1')) }, invalid, /UTF-8/],
    ['an unknown field', { body: message('{"nam":"a"}') }, invalid, /nam is not a field of WatchRequest/],
    ['no protobuf', { headers: PROTO_TYPE, body: message('garbage') }, invalid, /WatchRequest/],
    [
      'a compressed message without an encoding',
      { body: frame(gzipSync('{}'), FrameFlag.Compressed) },
      invalid,
      /connect-content-encoding is missing/,
    ],
    [
      'an unknown compression',
      {
        headers: { ...JSON_TYPE, 'connect-content-encoding': 'zip' },
        body: frame(gzipSync('{}'), FrameFlag.Compressed),
      },
      unsupported,
      /gzip, br, deflate/,
    ],
    [
      'a message that is not compressed as declared',
      { headers: { ...JSON_TYPE, 'connect-content-encoding': 'gzip' }, body: frame(Buffer.from('{}'), 1) },
      invalid,
      /decompressed as gzip/,
    ],
    [
      'a message above the limit after decompression',
      {
        headers: { ...PROTO_TYPE, 'connect-content-encoding': 'br' },
        body: frame(brotliCompressSync(new Uint8Array(9 * 1024 * 1024)), FrameFlag.Compressed),
      },
      tooLarge,
      /8388608 bytes/,
    ],
    [
      'a body that is compressed as a whole',
      { headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(message('{}')) },
      unsupported,
      /connect-content-encoding/,
    ],
    [
      'a timeout that is not a number',
      { headers: { ...JSON_TYPE, 'connect-timeout-ms': 'soon' }, body: message('{}') },
      invalid,
      /connect-timeout-ms must be/,
    ],
    [
      'a timeout of zero',
      { headers: { ...JSON_TYPE, 'connect-timeout-ms': '0' }, body: message('{}') },
      ['deadline_exceeded', 'deadline_exceeded'],
      /deadline/,
    ],
    [
      'an unsupported version',
      { headers: { ...JSON_TYPE, 'connect-protocol-version': '2' }, body: message('{}') },
      invalid,
      /connect-protocol-version must be 1/,
    ],
    [
      'an unsupported charset',
      { headers: { 'content-type': 'application/connect+json; charset=iso-8859-1' }, body: message('{}') },
      unsupported,
      /utf-8/,
    ],
  ])('%s', async (_what, sent, [code, outcome], says) => {
    let calls = 0
    const server = await start({
      watch: (request) => {
        calls += 1
        return count(request)
      },
    })
    const response = await send(server, sent)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe((sent.headers ?? JSON_TYPE)['content-type']?.split(';')[0])
    const { messages, end } = await framesOf(response)
    expect(messages).toEqual([])
    expect(end).toMatchObject({ error: { code, message: expect.stringMatching(says), details: expect.any(Array) } })
    expect({ calls, outcomes: outcomes(server) }).toEqual({ calls: 0, outcomes: [outcome] })
  })
})

describe('a valid request is served:', () => {
  test.each<[what: string, sent: RawRequest]>([
    ['JSON', { body: message('{"name":"a","count":3}') }],
    [
      'JSON with a charset',
      {
        headers: { 'content-type': 'Application/Connect+JSON; charset="UTF-8"' },
        body: message('{"name":"a","count":3}'),
      },
    ],
    ['binary', { headers: PROTO_TYPE, body: frame(REQUEST) }],
    [
      'gzip',
      {
        headers: { ...PROTO_TYPE, 'connect-content-encoding': 'gzip' },
        body: frame(gzipSync(REQUEST), FrameFlag.Compressed),
      },
    ],
    [
      'brotli',
      {
        headers: { ...JSON_TYPE, 'connect-content-encoding': 'br' },
        body: frame(brotliCompressSync('{"name":"a","count":3}'), FrameFlag.Compressed),
      },
    ],
    [
      'not compressed, with an encoding',
      { headers: { ...PROTO_TYPE, 'connect-content-encoding': 'gzip' }, body: frame(REQUEST) },
    ],
  ])('%s', async (_what, sent) => {
    const server = await start({ watch: count })
    const response = await send(server, sent)
    const { messages, end } = await framesOf(response)
    const isBinary = response.headers.get('content-type') === 'application/connect+proto'
    const numbers = messages.map(({ payload }) =>
      isBinary
        ? fromBinary(WatchResponseSchema, payload).number
        : (JSON.parse(String(payload)) as { number: number }).number,
    )
    expect({ numbers, end }).toEqual({ numbers: [1, 2, 3], end: {} })
    expect(response.headers.get('x-accel-buffering')).toBe('no')
  })
})

describe('a method called in the way of another kind is rejected with what it accepts:', () => {
  const streams =
    'application/connect+json, application/connect+proto, application/grpc-web+proto, application/grpc-web+json'
  const unary = 'application/json, application/proto, application/grpc-web+proto, application/grpc-web+json'
  test.each<[what: string, sent: RawRequest, status: number, header: string, value: string, says: RegExp]>([
    [
      'a streaming method as a unary one',
      { headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') },
      415,
      'accept-post',
      streams,
      /Watch is a server-streaming method; .+ application\/connect\+json or application\/connect\+proto/,
    ],
    [
      'a unary method as a streaming one',
      { path: QUEUE, body: message('{}') },
      415,
      'accept-post',
      unary,
      /GetQueue is a unary method; .+ application\/json or application\/proto/,
    ],
    ['a streaming method with GET', { method: 'GET', headers: {} }, 405, 'allow', 'OPTIONS, POST', /GET; use POST/],
    [
      'a streaming method with PUT',
      { method: 'PUT', body: message('{}') },
      405,
      'allow',
      'OPTIONS, POST',
      /PUT; use POST/,
    ],
  ])('%s', async (_what, sent, status, header, value, says) => {
    const server = await start({ watch: count })
    const response = await send(server, sent)
    expect({ status: response.status, value: response.headers.get(header) }).toEqual({ status, value })
    expect(await response.json()).toMatchObject({ code: 'unimplemented', message: expect.stringMatching(says) })
  })
})

test('a compressed message counts as ten times its size until it is decompressed', async () => {
  const server = await start({ watch: count, maxBodyBytes: 100_000 })
  const headers = { ...PROTO_TYPE, 'connect-content-encoding': 'gzip' }
  const { end } = await framesOf(
    await send(server, { headers, body: frame(Buffer.alloc(20_000), FrameFlag.Compressed) }),
  )
  expect(end).toMatchObject({ error: { code: 'resource_exhausted', message: expect.stringMatching(/too much data/) } })
})

test('a deadline that passes is the end of the stream', async () => {
  const ended = Promise.withResolvers<void>()
  const server = await start({
    watch: async function* (request, { signal }) {
      try {
        yield* count(request)
        await once(signal, 'abort')
      } finally {
        ended.resolve()
      }
    },
  })
  const headers = { ...PROTO_TYPE, 'connect-timeout-ms': '300' }
  const { messages, end } = await framesOf(await send(server, { headers, body: frame(REQUEST) }))
  expect(messages).toHaveLength(3)
  expect(end).toMatchObject({ error: { code: 'deadline_exceeded' } })
  await ended.promise
  expect(outcomes(server)).toEqual(['deadline_exceeded'])
})

test('an error with a retry delay has it as metadata', async () => {
  const server = await start({
    watch: () => {
      throw new AppError(ErrorCode.Overloaded, 'Too many streams.', { retryAfterSeconds: 3 })
    },
  })
  const { end } = await framesOf(await send(server, { body: message('{}') }))
  expect(end).toMatchObject({ error: { code: 'resource_exhausted' }, metadata: { 'retry-after': ['3'] } })
})

describe.each([
  ['Connect', PROTO_TYPE],
  ['gRPC-Web', { 'content-type': 'application/grpc-web+proto' }],
])('%s', (_name, headers) => {
  const head = [
    `POST ${WATCH} HTTP/1.1`,
    'host: x',
    `content-type: ${headers['content-type']}`,
    `content-length: ${frame(REQUEST).length}`,
  ]
  const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), frame(REQUEST)])

  /** Messages without end. */
  function flood() {
    const ended = Promise.withResolvers<void>()
    let sent = 0
    async function* watch() {
      try {
        for (;;) {
          sent += 1
          yield create(WatchResponseSchema, { number: sent, text: 'x'.repeat(20_000) })
        }
      } finally {
        ended.resolve()
      }
    }
    return { watch, ended: ended.promise, sentBytes: () => sent * 20_000 }
  }

  test('a client that reads nothing is disconnected', async () => {
    const { watch, ended, sentBytes } = flood()
    const server = await start({ requestTimeoutMs: 1_000, watch })
    const socket = await openSocket(server)
    socket.pause().write(bytes)
    await ended
    await eventually(() => outcomes(server).length > 0)
    expect(outcomes(server)).toEqual(['cancelled'])
    expect(sentBytes()).toBeLessThan(25_000_000)
    const received = await text(socket).catch((error: Error) => error.message)
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/) // the end of a complete body
  })

  test('a client that reads slowly is not', async () => {
    const server = await start({
      requestTimeoutMs: 1_000,
      watch: async function* () {
        // a single message that is larger than the buffers of the connection
        yield create(WatchResponseSchema, { number: 1, text: 'x'.repeat(40_000_000) })
      },
    })
    const socket = await openSocket(server)
    socket.write(bytes)
    let received = 0
    for (let pause = 0; pause < 30; pause += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100)) // three times the timeout in total
      received += (socket.read(500_000) as Buffer | null)?.length ?? 0
    }
    for await (const chunk of socket) {
      received += (chunk as Buffer).length
      if (received > 40_000_000) break
    }
    expect(received).toBeGreaterThan(40_000_000)
    expect(outcomes(server)).toEqual(['ok'])
  })

  test.each<[how: string, disconnect: 'end' | 'destroy' | 'resetAndDestroy']>([
    ['ends its side', 'end'],
    ['closes', 'destroy'],
    ['resets the connection', 'resetAndDestroy'],
  ])('a client that %s in the middle ends the method', async (_how, disconnect) => {
    const { watch, ended } = flood()
    const server = await start({ watch })
    const socket = await openSocket(server)
    socket.on('error', () => undefined)
    socket.write(bytes)
    await once(socket, 'data')
    socket[disconnect]()
    await ended
    await eventually(() => outcomes(server).length > 0)
    expect(outcomes(server)).toEqual(['cancelled'])
  })

  test('a client that reads nothing does not hold up a stopping server beyond its grace', async () => {
    const { watch, ended, sentBytes } = flood()
    const server = await start({ watch })
    const socket = await openSocket(server)
    socket.on('error', () => undefined)
    socket.pause().write(bytes)
    await eventually(() => sentBytes() > 1_000_000)
    const startedAt = performance.now()
    await server.close(500)
    await ended
    expect(performance.now() - startedAt).toBeLessThan(3_000)
    expect(outcomes(server)).toEqual(['unavailable'])
  })

  test('an open stream does not hold the budget of its request', async () => {
    const started = Promise.withResolvers<void>()
    const server = await start({
      maxBodyBytes: 100_000,
      watch: async function* (_request, { signal }: CallContext) {
        started.resolve()
        yield create(WatchResponseSchema)
        await once(signal, 'abort')
      },
    })
    const name = 'x'.repeat(80_000)
    const client = new AbortController()
    const body = frame(toBinary(WatchRequestSchema, create(WatchRequestSchema, { name })))
    await fetch(server.url + WATCH, { method: 'POST', headers, body, signal: client.signal })
    await started.promise
    expect((await post(`${server.url}/echo`, { text: name })).status).toBe(200)
    client.abort()
  })
})
