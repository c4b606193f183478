import { getEventListeners } from 'node:events'
import { text } from 'node:stream/consumers'
import { EventSource } from 'undici'
import { describe, expect, test } from 'vitest'
import { openSocket } from '../../../testkit/clients/raw-http.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import type { AccessControl } from '../../auth/access-control.ts'
import { ANONYMOUS } from '../../auth/principal.ts'
import { AppError, ErrorCode } from '../../errors/app-error.ts'
import type { ServerSentEvent } from './event-stream.ts'

const start = useTestServers()

/** The log lines of calls that have ended. */
function calls({ log }: TestServer) {
  return log.entries().filter(({ method }) => String(method).startsWith('GET '))
}

/** Some items, and then nothing until the signal aborts. */
function endless<T>(...items: readonly T[]) {
  const started = Promise.withResolvers<AbortSignal>()
  const ended = Promise.withResolvers<void>()
  async function* open(signal: AbortSignal) {
    started.resolve(signal)
    try {
      yield* items
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    } finally {
      ended.resolve()
    }
  }
  return { open, started: started.promise, ended: ended.promise }
}

async function* failingAfter<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items
  throw new AppError(ErrorCode.Overloaded, 'Too slow.', { retryAfterSeconds: 2 })
}

describe('server-sent events', () => {
  test('an EventSource gets each event when it is yielded, and resumes after the last one', async () => {
    const resumedAfter: (string | undefined)[] = []
    const received = Promise.withResolvers<void>()
    const server = await start({
      events: async function* (_signal, lastEventId): AsyncGenerator<ServerSentEvent> {
        resumedAfter.push(lastEventId)
        if (lastEventId === undefined) {
          yield { id: 'a1', retryMs: 20, data: { number: 1 } }
          await received.promise
          yield { id: 'a2' } // the connection ends here, and EventSource opens another one
        } else {
          yield { id: 'a3', event: 'insight', data: 'two\nlines' }
        }
      },
    })
    const source = new EventSource(`${server.url}/events`)
    const [message] = await new Promise<MessageEvent[]>((resolve) => {
      source.onmessage = (event) => resolve([event as MessageEvent])
    })
    expect(message).toMatchObject({ lastEventId: 'a1', data: '{"number":1}' })
    const typed = new Promise<MessageEvent>((resolve) => {
      source.addEventListener('insight', (event) => resolve(event as MessageEvent))
    })
    received.resolve()
    expect(await typed).toMatchObject({ lastEventId: 'a3', data: '"two\\nlines"' })
    source.close()
    expect(resumedAfter.slice(0, 2)).toEqual([undefined, 'a2'])
  })

  test('the response must not be cached or buffered', async () => {
    const server = await start({ events: () => failingAfter({ data: 1 }) })
    const { headers, status } = await fetch(`${server.url}/events`)
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    })
  })

  test('the headers arrive while there is nothing to send, and comments follow', async () => {
    const { open, ended } = endless<ServerSentEvent>()
    const server = await start({ events: open, heartbeatMs: 100 })
    const { body } = await fetch(`${server.url}/events`)
    const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader?.read()).toEqual({ done: false, value: ':\n\n' })
    expect(await reader?.read()).toEqual({ done: false, value: ':\n\n' })
    await reader?.cancel()
    await ended
  })

  test('a later error is an event with the problem, and says when to reconnect', async () => {
    const server = await start({ events: () => failingAfter<ServerSentEvent>({ id: 'a1', data: 1 }) })
    const body = await (await fetch(`${server.url}/events`)).text()
    expect(body).toMatch(/^id: a1\ndata: 1\n\nevent: failed\nretry: 2000\ndata: \{.*"code":"overloaded".*\}\n\n$/)
    await eventually(() => calls(server).length > 0)
    expect(calls(server)).toMatchObject([{ method: 'GET /events', outcome: 'overloaded' }])
  })

  test('the OpenAPI document describes one event, or the one after which the stream ends', async () => {
    const server = await start({ events: () => failingAfter() })
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      paths: Record<string, { get: { responses: Record<string, { content: Record<string, { schema: object }> }> } }>
      components: { schemas: Record<string, { properties: object }> }
    }
    const responses = document.paths['/events']?.get.responses
    expect(responses?.['200']?.content['text/event-stream']?.schema).toMatchObject({
      anyOf: [{ properties: { id: { type: 'string' }, data: { type: 'number' } } }, { $ref: expect.any(String) }],
    })
    expect(document.components.schemas.FailedEvent?.properties).toMatchObject({
      event: { const: 'failed' },
      data: { $ref: '#/components/schemas/Problem' },
    })
    expect(Object.keys(responses ?? {})).toContain('503')
  })

  test('HEAD has the headers and opens nothing', async () => {
    let opened = 0
    const server = await start({
      events: () => {
        opened += 1
        return failingAfter()
      },
    })
    const response = await fetch(`${server.url}/events`, { method: 'HEAD' })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(opened).toBe(0)
  })

  test('a stopping server ends the stream, says when to reconnect, and does not wait for its grace', async () => {
    const { open, started, ended } = endless<ServerSentEvent>({ data: 1 })
    const server = await start({ events: open })
    const response = await fetch(`${server.url}/events`)
    await started
    const startedAt = performance.now()
    await server.close(20_000)
    expect(await response.text()).toMatch(/event: failed\nretry: 1000\ndata: \{.*"code":"unavailable".*\}\n\n$/)
    await ended
    expect(performance.now() - startedAt).toBeLessThan(10_000)
    expect(calls(server)).toMatchObject([{ outcome: 'unavailable' }])
  })
})

describe('streamed bodies', () => {
  test('a body is sent as its items come, and its call succeeds', async () => {
    const received = Promise.withResolvers<void>()
    const server = await start({
      rows: async function* () {
        yield '{"row":1}\n'
        await received.promise
        yield '{"row":2}\n'
      },
    })
    const response = await fetch(`${server.url}/rows`)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    expect(await reader?.read()).toEqual({ done: false, value: '{"row":1}\n' })
    received.resolve()
    expect(await reader?.read()).toEqual({ done: false, value: '{"row":2}\n' })
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
    await eventually(() => calls(server).length > 0)
    expect(calls(server)).toMatchObject([{ outcome: 'ok' }])
  })

  test('an error before the first item is a problem response', async () => {
    const server = await start({ rows: () => failingAfter() })
    const response = await fetch(`${server.url}/rows`)
    expect({ status: response.status, retry: response.headers.get('retry-after') }).toEqual({ status: 503, retry: '2' })
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(calls(server)).toMatchObject([{ outcome: 'overloaded' }])
  })

  test('a later error is the last line, or breaks the connection of a type without room for it', async () => {
    const server = await start({ rows: () => failingAfter('row\n') })
    const response = await fetch(`${server.url}/rows`)
    expect(await response.text()).toMatch(/^row\n\{"failed":\{.*"code":"overloaded".*\}\}\n$/)
    await expect(fetch(`${server.url}/rows.csv`).then((csv) => csv.text())).rejects.toThrow()
    await eventually(() => calls(server).length === 2)
    expect(calls(server)).toMatchObject([{ outcome: 'overloaded' }, { outcome: 'overloaded' }])
  })

  test('of 5,000 items for a slow client, only a few are in memory at a time', async () => {
    const COUNT = 5_000
    const row = `${'x'.repeat(20_000)}\n`
    let sent = 0
    const server = await start({
      rows: async function* () {
        for (; sent < COUNT; sent += 1) yield row
      },
    })
    let readBytes = 0
    let mostUnread = 0
    for await (const bytes of (await fetch(`${server.url}/rows`)).body ?? []) {
      if (readBytes === 0) await eventually(() => sent > 1 && isStable(sent)) // the connection is full
      readBytes += bytes.length
      mostUnread = Math.max(mostUnread, sent * row.length - readBytes)
    }
    expect(readBytes).toBe(COUNT * row.length)
    expect(mostUnread).toBeGreaterThan(row.length) // the client was slower
    expect(mostUnread).toBeLessThan(25_000_000) // the buffers of the kernel and of the client
  })
  let last = 0
  const isStable = (current: number) => {
    const isSame = current === last
    last = current
    return isSame
  }
})

describe.each(['/events', '/rows'])('GET %s', (path) => {
  test('a client that disconnects ends the stream, and no listener is left', async () => {
    const { open, started, ended } = endless({ data: 1 })
    const lines = endless('row\n')
    const server = await start({ events: open, rows: lines.open })
    const client = new AbortController()
    await fetch(server.url + path, { signal: client.signal })
    const signal = await (path === '/rows' ? lines.started : started)
    client.abort()
    await (path === '/rows' ? lines.ended : ended)
    expect(signal.aborted).toBe(true)
    await eventually(() => calls(server).length > 0)
    expect(calls(server)).toMatchObject([{ level: 30, outcome: 'cancelled' }])
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('a credential that is revoked ends the stream', async () => {
    let checks = 0
    const access: AccessControl = {
      admit: () => {
        checks += 1
        if (checks === 1) return ANONYMOUS
        throw new AppError(ErrorCode.PermissionDenied, 'The key was revoked.')
      },
    }
    const { open, ended } = endless({ data: 1 })
    const lines = endless('row\n')
    const server = await start({ access, recheckMs: 50, events: open, rows: lines.open })
    expect(await (await fetch(server.url + path)).text()).toMatch(/"code":"permission_denied"/)
    await (path === '/rows' ? lines.ended : ended)
    expect(calls(server)).toMatchObject([{ outcome: 'permission_denied' }])
  })

  test('a credential that loses a scope ends the stream', async () => {
    let checks = 0
    const scopes = new Set(ANONYMOUS.scopes)
    scopes.delete('leads:read')
    const access = { admit: () => ({ ...ANONYMOUS, ...(checks++ > 0 && { scopes }) }) }
    const server = await start({
      access,
      recheckMs: 50,
      events: endless({ data: 1 }).open,
      rows: endless('row\n').open,
    })
    expect(await (await fetch(server.url + path)).text()).toMatch(/"detail":"[^"]*lost the scope leads:read/)
  })

  test('a client that reads nothing is disconnected', async () => {
    let sent = 0
    const ended = Promise.withResolvers<void>()
    async function* flood<T>(item: T): AsyncGenerator<T> {
      try {
        for (;;) {
          sent += 1
          yield item
        }
      } finally {
        ended.resolve()
      }
    }
    const padding = 'x'.repeat(20_000)
    const server = await start({
      requestTimeoutMs: 1_000,
      events: () => flood({ data: padding }),
      rows: () => flood(padding),
    })
    const socket = await openSocket(server)
    socket.pause().write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)
    await ended.promise
    await eventually(() => calls(server).length > 0)
    expect(calls(server)).toMatchObject([{ outcome: 'cancelled' }])
    expect(sent * padding.length).toBeLessThan(25_000_000)
    const received = await text(socket).catch((error: Error) => error.message)
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/) // the end of a complete body
  })

  test('a stream may be silent for longer than every timeout', async () => {
    const silent = Promise.withResolvers<void>()
    async function* pausing<T>(item: T) {
      yield item
      await silent.promise
      yield item
    }
    const server = await start({
      requestTimeoutMs: 500,
      events: () => pausing({ data: 1 }),
      rows: () => pausing('data: 1\n'),
    })
    const response = await fetch(server.url + path)
    setTimeout(silent.resolve, 3_500) // Node checks the timeouts of HTTP/1.1 every two seconds
    expect((await response.text()).match(/data: 1/g)).toHaveLength(2)
  })
})
