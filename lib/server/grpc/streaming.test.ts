import { once } from 'node:events'
import { constants } from 'node:http2'
import { create, toBinary } from '@bufbuild/protobuf'
import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { frame } from '../../../testkit/clients/grpc-frames.ts'
import { useRawGrpc } from '../../../testkit/clients/raw-grpc.ts'
import { post } from '../../../testkit/clients/rest.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { StreamService, WatchRequestSchema, WatchResponseSchema } from '../../../testkit/fixtures/stream-service.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()
const open = useRawGrpc()
const WATCH = `/${StreamService.typeName}/Watch`
const GET_QUEUE = '/leadtriage.triage.v1.TriageService/GetQueue'
const EMPTY = frame(Buffer.alloc(0))

function outcomes({ log }: TestServer) {
  return log.entries().flatMap(({ method, outcome }) => (method === 'Watch' ? [outcome] : []))
}

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
  return { watch, ended: ended.promise, sent: () => sent }
}

test.each([
  ['no message', Buffer.alloc(0), /exactly one message, received none/],
  ['two messages', Buffer.concat([EMPTY, EMPTY]), /exactly one message, received more/],
  ['a truncated message', EMPTY.subarray(0, 3), /shorter than its declared length/],
])('a stream with %s is rejected, and its method not called', async (_what, body, message) => {
  const { watch, sent } = flood()
  const server = await start({ watch })
  const answer = await open(server).call(WATCH, body)
  expect(answer).toMatchObject({ message: expect.stringMatching(message), reason: expect.any(String) })
  expect(sent()).toBe(0)
})

test('a request that does not arrive in time is rejected', async () => {
  const { watch } = flood()
  const server = await start({ requestTimeoutMs: 500, watch })
  const { stream, answer } = open(server).begin(WATCH)
  stream.write(EMPTY.subarray(0, 2))
  expect(await answer).toMatchObject({ status: status.DEADLINE_EXCEEDED, reason: 'REQUEST_TIMEOUT' })
})

test('a deadline that passes ends the stream with its trailers', async () => {
  const { watch, ended } = flood()
  const server = await start({ watch })
  const answer = await open(server).call(WATCH, EMPTY, { 'grpc-timeout': '300m' })
  expect(answer).toMatchObject({ status: status.DEADLINE_EXCEEDED, reason: 'DEADLINE_EXCEEDED' })
  await ended
  expect(outcomes(server)).toEqual(['deadline_exceeded'])
})

test('a stream that the client does not read is reset, although other calls use the connection', async () => {
  const { watch, ended, sent } = flood()
  const server = await start({ requestTimeoutMs: 1_000, watch })
  const client = open(server)
  await once(client.session, 'connect')
  client.session.setLocalWindowSize(10_000_000) // so that the unread stream does not block the others
  const { stream, answer } = client.begin(WATCH)
  stream.pause().end(EMPTY)
  let hasEnded = false
  const closed = once(stream, 'close').then(() => {
    hasEnded = true
  })
  let others = 0
  for (const startedAt = performance.now(); !hasEnded && performance.now() - startedAt < 10_000; others += 1) {
    expect(await client.call(GET_QUEUE, EMPTY)).toMatchObject({ status: status.OK })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await closed
  await answer
  await ended
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL)
  expect(others).toBeGreaterThan(10)
  expect(sent()).toBeLessThan(100)
  await eventually(() => outcomes(server).length > 0)
  expect(outcomes(server)).toEqual(['cancelled'])
}, 20_000)

test('a stream that the client reads slowly is not reset', async () => {
  const server = await start({
    requestTimeoutMs: 1_000,
    watch: async function* () {
      yield create(WatchResponseSchema, { number: 1, text: 'x'.repeat(2_000_000) })
    },
  })
  const { stream } = open(server).begin(WATCH)
  stream.removeAllListeners('data') // of the client, which would read at once
  stream.pause().end(EMPTY)
  let received = 0
  while (!stream.readableEnded) {
    await new Promise((resolve) => setTimeout(resolve, 100)) // three times the timeout in total
    received += (stream.read() as Buffer | null)?.length ?? 0 // what the window permits, 64 KiB
  }
  expect(received).toBeGreaterThan(2_000_000)
  expect(outcomes(server)).toEqual(['ok'])
})

test('an open stream does not hold the budget of its request', async () => {
  const started = Promise.withResolvers<void>()
  const server = await start({
    maxBodyBytes: 100_000,
    watch: async function* (_request, { signal }) {
      started.resolve()
      yield create(WatchResponseSchema)
      await once(signal, 'abort')
    },
  })
  const name = 'x'.repeat(80_000)
  const { stream } = open(server).begin(WATCH)
  stream.on('error', () => undefined)
  stream.end(frame(toBinary(WatchRequestSchema, create(WatchRequestSchema, { name }))))
  await started.promise
  expect((await post(`${server.url}/echo`, { text: name })).status).toBe(200)
})
