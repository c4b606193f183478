import { once } from 'node:events'
import { constants } from 'node:http2'
import { connect } from 'node:net'
import { deflateSync, gzipSync } from 'node:zlib'
import { Client, connectivityState, credentials, status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { FrameFlag, frame } from '../../../testkit/clients/grpc-frames.ts'
import { callHttp2, openHttp2 } from '../../../testkit/clients/http2-call.ts'
import { useRawGrpc } from '../../../testkit/clients/raw-grpc.ts'
import { post } from '../../../testkit/clients/rest.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()
const open = useRawGrpc()
const GET_QUEUE = '/leadtriage.triage.v1.TriageService/GetQueue'
const CHECK = '/grpc.health.v1.Health/Check'
const EMPTY = frame(Buffer.alloc(0))
const compressedFrame = (bytes: Buffer) => frame(bytes, FrameFlag.Compressed)
/** `pending: 7`, the response of the test server. */
const ANSWER = frame(Buffer.from([0x08, 7]))
/** A field that GetQueueRequest does not have, with the given length. */
const padding = (length: number) => {
  const head = Buffer.from([0x7a, 0x80, 0x80, 0x80, 0x00]) // field 15; a varint of four bytes
  head[1] = 0x80 | (length & 0x7f)
  head[2] = 0x80 | ((length >> 7) & 0x7f)
  head[3] = 0x80 | ((length >> 14) & 0x7f)
  head[4] = (length >> 21) & 0x7f
  return Buffer.concat([head, Buffer.alloc(length)])
}
const MIB = 1024 * 1024
const MAX_BYTES = 8 * MIB

/** The logged outcomes of gRPC calls. */
function outcomes(server: TestServer): unknown[] {
  return server.log
    .entries()
    .filter(({ protocol }) => protocol === 'grpc')
    .map(({ method, outcome }) => `${method} ${outcome}`)
}

/** The number of gRPC calls that the metrics count for a method and outcome. */
async function counted(server: TestServer, method: string, outcome: string): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  const line = metrics
    .split('\n')
    .find((text) => ['_count{', `"grpc"`, `"${method}"`, `"${outcome}"`].every((part) => text.includes(part)))
  return Number(line?.split(' ').at(-1) ?? 0)
}

async function expectServing(server: TestServer): Promise<void> {
  expect(await open(server).call(GET_QUEUE, EMPTY)).toMatchObject({ status: status.OK, body: ANSWER })
}

describe('an invalid call is rejected with status details, counted and logged', () => {
  const invalid = { status: status.INVALID_ARGUMENT, reason: 'INVALID_REQUEST', outcome: 'invalid_request' }
  const unsupported = {
    status: status.UNIMPLEMENTED,
    reason: 'UNSUPPORTED_MEDIA_TYPE',
    outcome: 'unsupported_media_type',
  }
  const tooLarge = { status: status.RESOURCE_EXHAUSTED, reason: 'PAYLOAD_TOO_LARGE', outcome: 'payload_too_large' }
  const cardinality = { status: status.UNIMPLEMENTED, reason: 'METHOD_NOT_ALLOWED', outcome: 'method_not_allowed' }
  const noMethod = { status: status.UNIMPLEMENTED, reason: 'ROUTE_NOT_FOUND', outcome: 'route_not_found' }

  test.each([
    ['bytes that are not a message', frame(Buffer.from([0x0f, 0x01])), {}, invalid, /GetQueueRequest/],
    ['a truncated message', EMPTY.subarray(0, 3), {}, invalid, /shorter than its declared length/],
    ['a message longer than its declared length', Buffer.concat([EMPTY, Buffer.from([0])]), {}, invalid, /shorter/],
    ['an unknown flag', Buffer.from([2, 0, 0, 0, 0]), {}, invalid, /start with the byte 0/],
    ['no message', Buffer.alloc(0), {}, cardinality, /exactly one message, received none/],
    ['two messages', Buffer.concat([EMPTY, EMPTY]), {}, cardinality, /exactly one message, received more/],
    [
      'a compressed message without an encoding',
      compressedFrame(Buffer.alloc(0)),
      {},
      invalid,
      /grpc-encoding is missing/,
    ],
    ['invalid gzip', compressedFrame(Buffer.from('x')), { 'grpc-encoding': 'gzip' }, invalid, /decompressed as gzip/],
    ['truncated gzip', compressedFrame(gzipSync('x').subarray(0, 9)), { 'grpc-encoding': 'gzip' }, invalid, /gzip/],
    [
      'an unknown compression',
      compressedFrame(Buffer.alloc(1)),
      { 'grpc-encoding': 'zstd' },
      unsupported,
      /gzip, br, deflate/,
    ],
    ['messages that are not protobuf', EMPTY, { 'content-type': 'application/grpc+json' }, unsupported, /protobuf/],
    ['too large a declared length', Buffer.from([0, 0x7f, 255, 255, 255]), {}, tooLarge, /8388608 bytes/],
    [
      'a message that is too large after decompression',
      compressedFrame(gzipSync(padding(MAX_BYTES))),
      { 'grpc-encoding': 'gzip' },
      tooLarge,
      /8388608 bytes/,
    ],
    ['an invalid timeout', EMPTY, { 'grpc-timeout': '5 minutes' }, invalid, /grpc-timeout must be/],
    ['a timeout of nine digits', EMPTY, { 'grpc-timeout': '123456789S' }, invalid, /grpc-timeout must be/],
    [
      'an unknown method',
      EMPTY,
      { ':path': '/leadtriage.triage.v1.TriageService/Nope' },
      noMethod,
      /TriageService\/Nope/,
    ],
    ['an unknown service', EMPTY, { ':path': '/nothing.v1.Nothing/Nope' }, noMethod, /nothing/],
    ['a path that is not ASCII', EMPTY, { ':path': '/caf\u00e9/\u00ff' }, noMethod, /caf\u00e9/],
    ['a path with a query', EMPTY, { ':path': `${GET_QUEUE}?x=1` }, noMethod, /x=1/],
  ])('%s', async (_what, body, headers, { status: code, reason, outcome }, message) => {
    const server = await start()
    const answer = await open(server).call(GET_QUEUE, body, headers)
    expect(answer).toMatchObject({ status: code, reason, message: expect.stringMatching(message) })
    expect(answer.headers).toMatchObject({ ':status': 200, 'x-request-id': expect.any(String) })
    const method = reason === 'ROUTE_NOT_FOUND' ? 'unknown' : 'GetQueue'
    expect(outcomes(server)).toEqual([`${method} ${outcome}`])
    expect(await counted(server, method, outcome)).toBe(1)
    await expectServing(server)
  })

  test('a string that is not UTF-8', async () => {
    const server = await start()
    const answer = await open(server).call(CHECK, frame(Buffer.from([0x0a, 0x02, 0xc3, 0x28])))
    expect(answer).toMatchObject({ status: status.INVALID_ARGUMENT, message: expect.stringMatching(/not valid UTF-8/) })
    expect(outcomes(server)).toEqual(['Check invalid_request'])
  })

  test('a request that does not arrive in time', async () => {
    const server = await start({ requestTimeoutMs: 500 })
    const { stream, answer } = open(server).begin(GET_QUEUE)
    stream.write(EMPTY.subarray(0, 2))
    expect(await answer).toMatchObject({ status: status.DEADLINE_EXCEEDED, reason: 'REQUEST_TIMEOUT' })
    expect(outcomes(server)).toEqual(['GetQueue request_timeout'])
  })
})

describe('a call is served', () => {
  test.each([
    ['compressed with gzip', compressedFrame(gzipSync('')), { 'grpc-encoding': 'gzip' }],
    ['compressed with deflate', compressedFrame(deflateSync('')), { 'grpc-encoding': 'deflate' }],
    ['not compressed, although it names a compression', EMPTY, { 'grpc-encoding': 'gzip' }],
    ['of the maximum size', frame(padding(MAX_BYTES - 5)), {}],
    ['with a content type that names protobuf', EMPTY, { 'content-type': 'application/grpc+proto' }],
    ['with a parameter of the content type', EMPTY, { 'content-type': 'application/grpc; charset=utf-8' }],
    ['with a deadline beyond the range of timers', EMPTY, { 'grpc-timeout': '99999999H' }],
    ['with metadata that is not ASCII', EMPTY, { 'x-name': 'Jos\u00e9' }],
  ])('%s', async (_what, body, headers) => {
    const server = await start()
    const answer = await open(server).call(GET_QUEUE, body, headers)
    expect(answer).toMatchObject({ status: status.OK, body: ANSWER })
    expect(outcomes(server)).toEqual(['GetQueue ok'])
  })

  test('that arrives byte by byte', async () => {
    const server = await start()
    const { stream, answer } = open(server).begin(GET_QUEUE)
    for (const byte of frame(padding(20))) stream.write(Buffer.from([byte]))
    stream.end()
    expect(await answer).toMatchObject({ status: status.OK, body: ANSWER })
  })
})

describe('an HTTP/2 request that is not gRPC is rejected with the supported protocols', () => {
  test.each([
    ['REST', { ':method': 'GET', ':path': '/call' }],
    ['no content type', { 'content-type': undefined }],
    ['Connect', { 'content-type': 'application/proto' }],
    ['gRPC-Web', { 'content-type': 'application/grpc-web+proto' }],
    ['another method', { ':method': 'PUT' }],
  ])('%s', async (_what, headers) => {
    const server = await start()
    const answer = await open(server).call(GET_QUEUE, EMPTY, headers)
    expect(answer.headers).toMatchObject({ ':status': 415, 'content-type': 'application/problem+json' })
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      status: 415,
      code: 'unsupported_media_type',
      detail: expect.stringContaining('application/grpc'),
      request_id: answer.headers['x-request-id'],
    })
    expect(outcomes(server)).toEqual(['unknown unsupported_media_type'])
    await expectServing(server)
  })
})

describe('a deadline', () => {
  /** A server whose calls run until they are aborted. `started` and `aborted` resolve for the first call. */
  async function endless() {
    const started = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<unknown>()
    const server = await start({
      answer: (signal) => {
        started.resolve()
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            aborted.resolve(signal.reason)
            reject(signal.reason)
          })
        })
      },
    })
    return { server, started: started.promise, aborted: aborted.promise }
  }

  test('that passes ends the call with DEADLINE_EXCEEDED and aborts its method', async () => {
    const { server, aborted } = await endless()
    const answer = await open(server).call(GET_QUEUE, EMPTY, { 'grpc-timeout': '200m' })
    expect(answer).toMatchObject({ status: status.DEADLINE_EXCEEDED, reason: 'DEADLINE_EXCEEDED' })
    await aborted
    expect(outcomes(server)).toEqual(['GetQueue deadline_exceeded'])
    expect(await counted(server, 'GetQueue', 'deadline_exceeded')).toBe(1)
  })

  test('that has already passed does not start the method', async () => {
    let calls = 0
    const server = await start({
      answer: async () => {
        calls += 1
      },
    })
    expect(await open(server).call(GET_QUEUE, EMPTY, { 'grpc-timeout': '0n' })).toMatchObject({
      status: status.DEADLINE_EXCEEDED,
    })
    expect(calls).toBe(0)
  })

  test('does not apply if the client cancels first: the call is counted as cancelled, its method aborted', async () => {
    const { server, started, aborted } = await endless()
    const { stream, answer } = open(server).begin(GET_QUEUE, { 'grpc-timeout': '1M' })
    stream.end(EMPTY)
    await started
    stream.close(constants.NGHTTP2_CANCEL)
    await Promise.all([answer, aborted])
    expect(outcomes(server)).toEqual(['GetQueue cancelled'])
    expect(await counted(server, 'GetQueue', 'cancelled')).toBe(1)
  })

  test('does not apply if the connection breaks: the call is counted as cancelled, its method aborted', async () => {
    const { server, started, aborted } = await endless()
    const { session, begin } = open(server)
    const { stream } = begin(GET_QUEUE)
    stream.end(EMPTY)
    await started
    session.destroy()
    await aborted
    expect(outcomes(server)).toEqual(['GetQueue cancelled'])
  })
})

test('headers that are too large end only their own call', async () => {
  const server = await start()
  const client = open(server)
  await client.call(GET_QUEUE, EMPTY) // the client receives the server's settings
  const { stream, answer } = client.begin(GET_QUEUE, { 'x-large': 'x'.repeat(20_000) })
  stream.end(EMPTY)
  await answer
  expect(stream.rstCode).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM) // gRPC clients map it to RESOURCE_EXHAUSTED
  expect(await client.call(GET_QUEUE, EMPTY)).toMatchObject({ status: status.OK })
})

test('a connection stays usable after rejected messages', async () => {
  const server = await start()
  const client = open(server)
  for (let call = 0; call < 20; call += 1) {
    const { stream, answer } = client.begin(GET_QUEUE)
    stream.write(Buffer.concat([Buffer.from([0, 0x7f, 255, 255, 255]), Buffer.alloc(100_000)]))
    expect(await answer).toMatchObject({ status: status.RESOURCE_EXHAUSTED })
  }
  expect(await client.call(GET_QUEUE, EMPTY)).toMatchObject({ status: status.OK })
})

test('a stopping server ends streams that watch its health', async () => {
  const server = await start()
  const { stream, answer } = open(server).begin('/grpc.health.v1.Health/Watch')
  stream.end(EMPTY)
  await once(stream, 'data')
  await server.close(10_000)
  expect(await answer).toMatchObject({ status: status.UNAVAILABLE, reason: 'UNAVAILABLE' })
  expect(outcomes(server)).toEqual([]) // not recorded as a failure
})

test('a stopping server waits for its calls and closes, also if a connection breaks meanwhile', async () => {
  const started = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const aborted = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  let calls = 0
  const server = await start({
    answer: (signal) => {
      signal.addEventListener('abort', () => aborted.resolve())
      started[calls]?.resolve()
      calls += 1
      return finish.promise
    },
  })
  const breaking = connect(server.port, server.host)
  const client = open(server, { createConnection: () => breaking })
  client.begin(GET_QUEUE).stream.end(EMPTY)
  await started[0]?.promise
  const running = open(server).call(GET_QUEUE, EMPTY)
  await started[1]?.promise
  const closed = server.close(10_000)
  closed.catch(() => undefined) // awaited below
  await once(client.session, 'goaway')
  breaking.resetAndDestroy()
  await aborted.promise
  finish.resolve()
  expect(await running).toMatchObject({ status: status.OK })
  await closed
})

test('an unread response does not hold the budget of its request', async () => {
  const server = await start({ maxBodyBytes: 100_000 })
  const client = open(server, { settings: { initialWindowSize: 0 } })
  await once(client.session, 'remoteSettings')
  const { stream } = client.begin(GET_QUEUE)
  stream.end(frame(padding(80_000)))
  await once(stream, 'response') // the message itself does not fit into the window
  expect((await post(`${server.url}/echo`, { text: 'x'.repeat(80_000) })).status).toBe(200)
})

test('a response that the client does not read is dropped, also after the deadline of the call', async () => {
  const server = await start({ requestTimeoutMs: 1_000 })
  const client = open(server, { settings: { initialWindowSize: 0 } })
  await once(client.session, 'remoteSettings')
  for (const headers of [undefined, { 'grpc-timeout': '500m' }]) {
    const { stream } = client.begin(GET_QUEUE, headers)
    stream.on('error', () => undefined)
    stream.end(EMPTY)
    await once(stream, 'close')
    expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
  }
})

test('a client that does not answer pings is disconnected; an idle client keeps its connection', async () => {
  const server = await start({ grpcKeepaliveMs: 3_000 })
  const idle = new Client(`${server.host}:${server.port}`, credentials.createInsecure())
  await new Promise<void>((resolve, reject) =>
    idle.waitForReady(Date.now() + 10_000, (error) => (error ? reject(error) : resolve())),
  )
  const dead = connect(server.port, server.host)
  dead.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  dead.write(Buffer.from('000000040000000000', 'hex')) // empty SETTINGS
  await once(dead.resume(), 'close')
  expect(idle.getChannel().getConnectivityState(false)).toBe(connectivityState.READY)
  idle.close()
}, 20_000)

test('a client that disconnects in the middle of too large a message does not leak its connection', async () => {
  const server = await start()
  const headers = { ':method': 'POST', ':path': GET_QUEUE, 'content-type': 'application/grpc', te: 'trailers' }
  const call = { headers, writes: [frame(Buffer.alloc(MAX_BYTES + 1))], end: true, timeoutMs: 10_000 }
  for (let client = 0; client < 10; client += 1) {
    const session = openHttp2(server.url)
    await callHttp2(session, { ...call, resetAfterMs: client % 2 === 0 ? undefined : 5 })
    session.destroy()
  }
  const startedAt = performance.now()
  await server.close(500) // waits for every connection
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
