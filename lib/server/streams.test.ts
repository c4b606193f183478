import { getEventListeners } from 'node:events'
import { Readable } from 'node:stream'
import { create } from '@bufbuild/protobuf'
import { Code } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { readAll, WATCHES } from '../../testkit/clients/streams.ts'
import { collectGarbage } from '../../testkit/collect-garbage.ts'
import { eventually } from '../../testkit/eventually.ts'
import type { WatchResponse } from '../../testkit/fixtures/stream-service.ts'
import { WatchResponseSchema } from '../../testkit/fixtures/stream-service.ts'
import type { TestServer } from '../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../testkit/fixtures/test-server.ts'
import type { AccessControl } from '../auth/access-control.ts'
import { ANONYMOUS } from '../auth/principal.ts'
import { AppError, ErrorCode } from '../errors/app-error.ts'
import { invalidRequest } from '../errors/parse.ts'

/* What every protocol guarantees for server-streaming methods, shown with its public clients. */

const start = useTestServers()
const REQUEST = { name: 'a', count: 0 }

function response(number: number, text = ''): WatchResponse {
  return create(WatchResponseSchema, { number, text })
}

/** The log line of the only call, once it has ended. */
async function loggedCall({ log }: TestServer) {
  const calls = () => log.entries().filter(({ method }) => method === 'Watch')
  await eventually(() => calls().length > 0)
  expect(calls()).toHaveLength(1)
  return calls()[0]
}

/** A stream of one message that then waits until it is aborted. Records what happens to it. */
function endlessStream() {
  const started = Promise.withResolvers<AbortSignal>()
  const ended = Promise.withResolvers<void>()
  async function* watch(_request: unknown, { signal }: { readonly signal: AbortSignal }) {
    started.resolve(signal)
    try {
      yield response(1)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    } finally {
      ended.resolve()
    }
  }
  return { watch, started: started.promise, ended: ended.promise }
}

describe.each(WATCHES)('%s', (_name, watch) => {
  test('each message is sent when the method yields it', async () => {
    const received = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const server = await start({
      watch: async function* ({ name, count }) {
        yield response(count, name)
        await received[0]?.promise
        yield response(2)
        await received[1]?.promise
      },
    })
    const messages: unknown[] = []
    for await (const { number, text } of watch(server.url, { name: 'Zoë', count: 7 })) {
      messages.push([number, text])
      received[messages.length - 1]?.resolve()
    }
    expect(messages).toEqual([
      [7, 'Zoë'],
      [2, ''],
    ])
    expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'ok', duration_ms: expect.any(Number) })
  })

  test('a stream without messages succeeds', async () => {
    const server = await start({ watch: () => Readable.from([]) })
    expect(await readAll(watch(server.url, REQUEST))).toEqual({ numbers: [], failure: undefined })
    expect(await loggedCall(server)).toMatchObject({ outcome: 'ok' })
  })

  test('the client knows that it is connected before there is a message', async () => {
    const connected = Promise.withResolvers<void>()
    const server = await start({
      watch: async function* () {
        await connected.promise
        yield response(1)
      },
    })
    expect(await readAll(watch(server.url, REQUEST, { onHeaders: connected.resolve }))).toMatchObject({ numbers: [1] })
  })

  test.each<[when: string, messages: number[]]>([
    ['before the first message', []],
    ['after some messages', [1, 2, 3]],
  ])('an error %s has code, details and request id', async (_when, messages) => {
    const server = await start({
      watch: async function* () {
        for (const number of messages) yield response(number)
        throw new AppError(ErrorCode.Overloaded, 'Zoë cannot keep up.', { retryAfterSeconds: 3 })
      },
    })
    const { numbers, failure } = await readAll(watch(server.url, REQUEST))
    const line = await loggedCall(server)
    expect(line).toMatchObject({ level: 30, outcome: 'overloaded' })
    expect(numbers).toEqual(messages)
    expect(failure).toEqual({
      code: Code.ResourceExhausted,
      message: 'Zoë cannot keep up.',
      reason: 'OVERLOADED',
      requestId: line?.request_id,
      retryAfterSeconds: 3,
    })
  })

  test('an unexpected error ends the stream without its cause, which is logged', async () => {
    const server = await start({
      watch: async function* () {
        yield response(1)
        throw new Error('secret')
      },
    })
    const { numbers, failure } = await readAll(watch(server.url, REQUEST))
    expect({ numbers, code: failure?.code }).toEqual({ numbers: [1], code: Code.Internal })
    expect(failure?.message).not.toContain('secret')
    expect(await loggedCall(server)).toMatchObject({ level: 50, err: { message: 'secret' } })
  })

  test('an invalid request is refused like that of a unary method', async () => {
    const server = await start({
      watch: (_request) => {
        throw invalidRequest([{ path: 'name', message: 'must be short' }])
      },
    })
    const { failure } = await readAll(watch(server.url, REQUEST))
    expect(failure).toMatchObject({ code: Code.InvalidArgument, reason: 'INVALID_REQUEST' })
    expect(failure?.message).toContain('name must be short')
  })

  test('a call that access control refuses does not start the method', async () => {
    let calls = 0
    const access = {
      admit: () => {
        throw new AppError(ErrorCode.Unauthenticated, 'No credential.')
      },
    } as unknown as AccessControl
    const server = await start({
      access,
      watch: () => {
        calls += 1
        return Readable.from([])
      },
    })
    const { failure } = await readAll(watch(server.url, REQUEST))
    expect(failure).toMatchObject({ code: Code.Unauthenticated, reason: 'UNAUTHENTICATED' })
    expect(calls).toBe(0)
  })

  test('a client that cancels ends the method, and no listener is left', async () => {
    const stream = endlessStream()
    const server = await start({ watch: stream.watch })
    const client = new AbortController()
    for await (const _message of watch(server.url, REQUEST, { signal: client.signal })) break
    client.abort()
    await stream.ended
    const signal = await stream.started
    expect(signal.aborted).toBe(true)
    expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'cancelled' })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a deadline that passes ends the stream and the method', async () => {
    const stream = endlessStream()
    const server = await start({ watch: stream.watch })
    const { numbers, failure } = await readAll(watch(server.url, REQUEST, { timeoutMs: 400 }))
    expect({ numbers, code: failure?.code }).toEqual({ numbers: [1], code: Code.DeadlineExceeded })
    await stream.ended
    // the clients watch the deadline, too, and may be first
    expect((await loggedCall(server))?.outcome).toMatch(/^(deadline_exceeded|cancelled)$/)
  })

  test('a stopping server ends the stream, says when to reconnect, and does not wait for its grace', async () => {
    const stream = endlessStream()
    const server = await start({ watch: stream.watch })
    const startedAt = performance.now()
    const outcome = readAll(watch(server.url, REQUEST))
    await stream.started
    await server.close(20_000)
    expect(await outcome).toMatchObject({
      failure: { code: Code.Unavailable, reason: 'UNAVAILABLE', retryAfterSeconds: 1 },
    })
    await stream.ended
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'unavailable' })
  })

  test('a credential that is revoked ends the stream', async () => {
    let checks = 0
    const access: AccessControl = {
      admit: () => {
        checks += 1
        if (checks === 1) return ANONYMOUS
        if (checks === 2) throw new AppError(ErrorCode.Unavailable, 'No database.') // says nothing about the credential
        throw new AppError(ErrorCode.Unauthenticated, 'The key was revoked.')
      },
    }
    const stream = endlessStream()
    const server = await start({ access, recheckMs: 50, watch: stream.watch })
    const { numbers, failure } = await readAll(watch(server.url, REQUEST))
    expect(numbers).toEqual([1])
    expect(failure).toMatchObject({ code: Code.Unauthenticated, message: 'The key was revoked.' })
    await stream.ended
    expect(await loggedCall(server)).toMatchObject({ level: 30, outcome: 'unauthenticated' })
    expect(checks).toBeGreaterThanOrEqual(3) // the second one was no reason to end
  })

  test('a credential that loses a scope ends the stream, also if the method requires another one', async () => {
    const scopes = new Set(ANONYMOUS.scopes)
    const stream = endlessStream()
    const access = { admit: () => ({ ...ANONYMOUS, scopes: new Set(scopes) }) }
    const server = await start({ access, recheckMs: 50, watch: stream.watch })
    const outcome = readAll(watch(server.url, REQUEST))
    await stream.started
    scopes.delete('leads:read')
    expect((await outcome).failure).toMatchObject({
      code: Code.PermissionDenied,
      message: expect.stringContaining('has lost the scope leads:read'),
    })
    await stream.ended
  })

  test('an ended stream leaves nothing in memory', async () => {
    const left: WeakRef<object>[] = []
    const server = await start({
      watch: async function* (request, { signal }) {
        left.push(new WeakRef(request), new WeakRef(signal))
        yield response(1)
      },
    })
    await readAll(watch(server.url, REQUEST))
    expect(left).toHaveLength(2)
    const isCollected = () => {
      collectGarbage()
      return left.every((each) => each.deref() === undefined)
    }
    await eventually(isCollected, 2_000)
  })

  test('of 5,000 messages for a slow client, only a few are in memory at a time', async () => {
    const COUNT = 5_000
    const text = 'x'.repeat(20_000)
    let sent = 0
    let mostUnread = 0
    const server = await start({
      watch: async function* () {
        for (; sent < COUNT; sent += 1) yield response(sent, text)
      },
    })
    let read = 0
    for await (const { number } of watch(server.url, REQUEST)) {
      expect(number).toBe(read)
      read += 1
      if (read % 100 === 0) await new Promise(setImmediate)
      if (read === 1) await eventually(isStable(() => sent)) // the connection is full
      mostUnread = Math.max(mostUnread, sent - read)
    }
    expect({ sent, read }).toEqual({ sent: COUNT, read: COUNT })
    expect(mostUnread).toBeGreaterThan(1) // the client was slower
    expect(mostUnread * text.length).toBeLessThan(25_000_000) // the buffers of the kernel and of the client
  })
})

/** Whether a number is the same as at the last call. */
function isStable(current: () => number): () => boolean {
  let last = -1
  return () => {
    const before = last
    last = current()
    return last === before
  }
}

test('a stream may be silent for longer than every timeout', async () => {
  const silent = Promise.withResolvers<void>()
  const server = await start({
    requestTimeoutMs: 500,
    watch: async function* () {
      yield response(1)
      await silent.promise
      yield response(2)
    },
  })
  const outcomes = Promise.all(WATCHES.map(([, watch]) => readAll(watch(server.url, REQUEST))))
  setTimeout(silent.resolve, 3_500) // Node checks the timeouts of HTTP/1.1 every two seconds
  for (const outcome of await outcomes) expect(outcome).toEqual({ numbers: [1, 2], failure: undefined })
})
