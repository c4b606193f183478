import { once } from 'node:events'
import { request } from 'node:http'
import { constants } from 'node:http2'
import { json } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node'
import { status } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import { TriageService } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { FrameFlag, frame } from '../../../testkit/clients/grpc-frames.ts'
import { useRawGrpc } from '../../../testkit/clients/raw-grpc.ts'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf, post } from '../../../testkit/clients/rest.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()
const openGrpc = useRawGrpc()
const KIB = 1024

/** POST /echo without Content-Length. */
function postInChunks({ host, port }: TestServer, body: unknown): Promise<{ status?: number; body: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status?: number; body: unknown }>()
  const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }
  request({ host, port, path: '/echo', method: 'POST', headers, agent: false }, (response) => {
    json(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject)
  })
    .on('error', reject)
    .end(JSON.stringify(body))
  return promise
}

describe('bodies of REST calls', () => {
  test('above the budget are rejected as overloaded before they are received', async () => {
    const server = await start({ maxBodyBytes: 100 * KIB })
    const response = await post(`${server.url}/echo`, 'x'.repeat(101 * KIB))
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(await bodyOf<ProblemBody>(response)).toMatchObject({ code: 'overloaded' })
  })

  test('release their bytes, so that consecutive requests all succeed', async () => {
    const server = await start({ maxBodyBytes: 100 * KIB })
    for (let call = 0; call < 5; call += 1) {
      expect((await post(`${server.url}/echo`, { text: 'x'.repeat(80 * KIB) })).status).toBe(200)
      expect((await post(`${server.url}/echo`, '{"broken')).status).toBe(422)
    }
  })

  test('without a declared length count with the body limit of their route', async () => {
    const [small, large] = [await start({ maxBodyBytes: 255 * KIB }), await start({ maxBodyBytes: 256 * KIB })]
    expect(await postInChunks(small, { a: 1 })).toMatchObject({ status: 503, body: { code: 'overloaded' } })
    for (let call = 0; call < 3; call += 1) {
      expect(await postInChunks(large, { a: 1 })).toEqual({ status: 200, body: { received: { a: 1 } } })
    }
  })

  test('of routes with longBody are not counted', async () => {
    const server = await start({ maxBodyBytes: KIB })
    expect((await post(`${server.url}/long`, { text: 'x'.repeat(80 * KIB) })).status).toBe(200)
  })
})

describe.each([
  ['gRPC', (baseUrl: string) => createGrpcTransport({ baseUrl })],
  ['Connect', (baseUrl: string) => createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false })],
])('bodies of calls over %s', (_name, transport) => {
  // the body of an empty request has a few bytes
  test.each([
    ['one call fits', 8, 'answered'],
    ['no call fits', 1, 'resource_exhausted'],
  ])('are counted and released: %s', async (_what, maxBodyBytes, outcome) => {
    const server = await start({ maxBodyBytes })
    const client = createClient(TriageService, transport(server.url))
    for (let call = 0; call < 5; call += 1) {
      const answer = await client.getQueue({}).then(
        () => 'answered',
        (error: Error) => error.message,
      )
      expect(answer).toContain(outcome)
    }
  })
})

describe('a compressed message whose client disconnects during decompression', () => {
  const MESSAGE = Buffer.concat([Buffer.from([0x0a, 0x80, 0xa4, 0xe8, 0x03]), Buffer.alloc(8_000_000, 'x')])
  const COMPRESSED = gzipSync(MESSAGE)
  const REDRIVE = '/leadtriage.triage.v1.TriageService/RedriveDeadLetters'
  /** Room for one such message, not two. */
  const MAX_BODY_BYTES = 12_000_000

  /** Sends the message over Connect. Waits for the response if `stays`, otherwise disconnects. */
  async function callConnect(server: TestServer, stays: boolean): Promise<string> {
    const headers = { 'content-type': 'application/proto', 'content-encoding': 'gzip' }
    const call = request({ ...server, path: REDRIVE, method: 'POST', headers, agent: false })
    call.on('error', () => undefined).end(COMPRESSED)
    if (stays) return String((await once(call, 'response'))[0].statusCode)
    await once(call, 'finish')
    call.destroy()
    return ''
  }

  async function callGrpc(server: TestServer, stays: boolean): Promise<string> {
    const { stream, answer } = openGrpc(server).begin(REDRIVE, { 'grpc-encoding': 'gzip' })
    stream.end(frame(COMPRESSED, FrameFlag.Compressed))
    if (stays) return String((await answer).status)
    await once(stream, 'finish')
    stream.close(constants.NGHTTP2_CANCEL)
    return ''
  }

  test.each([
    ['Connect', callConnect, '200'],
    ['gRPC', callGrpc, '0'],
  ])('releases its bytes (%s)', async (_name, call, ok) => {
    const server = await start({ maxBodyBytes: MAX_BODY_BYTES })
    for (let calls = 1; calls <= 5; calls += 1) {
      await call(server, false)
      await eventually(() => server.log.entries().filter(({ outcome }) => outcome !== undefined).length >= calls)
    }
    expect(server.log.entries().map(({ outcome }) => outcome)).toContain('cancelled')
    expect(await call(server, true)).toBe(ok)
  })

  test.each([
    ['Connect', callConnect, '429'],
    ['gRPC', callGrpc, String(status.RESOURCE_EXHAUSTED)],
  ])('counts with its decompressed length (%s)', async (_name, call, expected) => {
    const server = await start({ maxBodyBytes: 1_000_000 })
    expect(await call(server, true)).toBe(expected)
  })
})
