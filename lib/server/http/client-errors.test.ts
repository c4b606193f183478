import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import type { RawAnswer } from '../../../testkit/clients/raw-http.ts'
import { answersIn, exchange, openSocket } from '../../../testkit/clients/raw-http.ts'
import { eventually } from '../../../testkit/eventually.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

const CALL = 'GET /call HTTP/1.1\r\nHost: x\r\n\r\n'
const POST = 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n'

/** The problem in a response. Asserts that the log has a call with its request id. */
function problemIn(answer: RawAnswer | undefined, server: TestServer) {
  expect(answer?.headers).toMatchObject({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    traceparent: expect.stringMatching(/^00-/),
  })
  const problem = JSON.parse(answer?.body ?? '')
  expect(problem).toMatchObject({ type: 'about:blank', title: expect.any(String), status: answer?.status })
  expect(answer?.headers['x-request-id']).toBe(problem.request_id)
  expect(outcomes(server)).toContainEqual([problem.request_id, problem.code])
  return problem
}

function outcomes({ log }: TestServer): unknown[] {
  return log
    .entries()
    .filter((entry) => 'request_id' in entry)
    .map(({ request_id, outcome }) => [request_id, outcome])
}

describe('a request that cannot be parsed is rejected with the reason', () => {
  const cases: [what: string, bytes: string | Buffer, status: number, code: string, detail: RegExp][] = [
    ['not HTTP', 'nonsense\r\n\r\n', 400, 'bad_request', /Invalid method/],
    ['a line ending without carriage return', 'GET /call HTTP/1.1\nHost: x\n\n', 400, 'bad_request', /CRLF/],
    ['a folded header', `${CALL.slice(0, -2)}X-A: b\r\n c\r\n\r\n`, 400, 'bad_request', /whitespace/],
    ['a space before the colon', `${CALL.slice(0, -2)}X-A : b\r\n\r\n`, 400, 'bad_request', /header token/],
    ['a path that is not ASCII', CALL.replace('/call', '/c\u00e4ll'), 400, 'bad_request', /url path/],
    [
      'Content-Length together with Transfer-Encoding',
      `${POST}Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n1\r\n1\r\n0\r\n\r\n`,
      400,
      'bad_request',
      /Content-Length can't be present with Transfer-Encoding/,
    ],
    [
      'two Content-Length headers',
      `${POST}Content-Length: 1\r\nContent-Length: 1\r\n\r\n1`,
      400,
      'bad_request',
      /Duplicate/,
    ],
    ['a signed Content-Length', `${POST}Content-Length: +1\r\n\r\n1`, 400, 'bad_request', /Content-Length/],
    ['an invalid chunk size', `${POST}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`, 400, 'bad_request', /chunk size/],
    ['headers of 17 KiB', `${CALL.slice(0, -2)}X-A: ${'x'.repeat(17_408)}\r\n\r\n`, 431, 'headers_too_large', /16 KiB/],
    [
      'chunk extensions of 17 KiB',
      `${POST}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(17_408)}\r\n`,
      413,
      'payload_too_large',
      /chunk extensions/,
    ],
    ['CONNECT', 'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method_not_allowed', /not a proxy/],
  ]
  test.each(cases)('%s', async (_what, bytes, status, code, detail) => {
    const server = await start()
    const answers = await exchange(server, bytes)
    expect(answers).toHaveLength(1)
    const problem = problemIn(answers[0], server)
    expect(problem).toMatchObject({ status, code, detail: expect.stringMatching(detail) })
    expect(answers[0]?.headers.connection).toBe('close')
    expect(outcomes(server)).toHaveLength(1)
    expect(server.log.entries().filter(({ level }) => level > 30)).toEqual([])
  })

  test('and is counted once', async () => {
    const server = await start()
    await exchange(server, 'nonsense\r\n\r\n')
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toMatch(/call_duration_seconds_count\{.*outcome="bad_request".*\} 1\n/)
  })
})

test('requests before an invalid one are answered first', async () => {
  const called = Promise.withResolvers<void>()
  const answer = Promise.withResolvers<void>()
  const server = await start({
    answer: () => {
      called.resolve()
      return answer.promise
    },
  })
  const answers = exchange(server, `${CALL}nonsense\r\n\r\n`)
  await called.promise
  answer.resolve()
  const [first, second, ...more] = await answers
  expect(first).toMatchObject({ status: 200, body: '{"answered":true}' })
  expect(problemIn(second, server)).toMatchObject({ status: 400 })
  expect(more).toEqual([])
})

test('a body that cannot be parsed does not close the connection, so no response is lost to a reset', async () => {
  const server = await start()
  const invalid = `${POST}Content-Length: 5\r\n\r\n{"ema`
  const [first, second, third, ...more] = await exchange(server, `${invalid}${CALL}il": "a@example.com"}`)
  expect(problemIn(first, server)).toMatchObject({ status: 422 })
  expect(first?.headers.connection).toBeUndefined()
  expect(second).toMatchObject({ status: 200 })
  expect(problemIn(third, server)).toMatchObject({ status: 400 })
  expect(more).toEqual([])
})

describe('a request that arrives too slowly', () => {
  test.each([
    ['its headers', CALL.slice(0, -2), 'unknown'],
    ['its body', `${POST}Content-Length: 8\r\n\r\n{"a"`, 'POST /echo'],
  ])('(%s) is rejected once as a request timeout, and not logged as an error', async (_part, bytes, method) => {
    const server = await start({ requestTimeoutMs: 100 })
    const answers = await exchange(server, bytes)
    expect(answers).toHaveLength(1)
    expect(problemIn(answers[0], server)).toMatchObject({ status: 408, code: 'request_timeout' })
    expect(outcomes(server)).toHaveLength(1)
    expect(server.log.entries()).toContainEqual(expect.objectContaining({ level: 30, method }))
  })
})

describe('a body that the client does not complete', () => {
  test.each(['destroy', 'end'] as const)('(%s) is a cancelled call, and not logged as an error', async (way) => {
    const server = await start()
    const socket = await openSocket(server)
    // 100 Continue shows that the server has received the headers
    socket.write(`${POST}Expect: 100-continue\r\nX-Request-Id: mine\r\nContent-Length: 8\r\n\r\n{"a"`)
    await once(socket, 'data')
    socket.resume()[way]()
    await eventually(() => outcomes(server).length > 0)
    expect(outcomes(server)).toEqual([['mine', 'cancelled']])
    expect(server.log.entries().filter(({ level }) => level > 30)).toEqual([])
  })
})

test('a connection reset between requests is not counted as a call', async () => {
  const server = await start()
  const socket = await openSocket(server)
  socket.write(CALL)
  await once(socket, 'data')
  socket.resetAndDestroy()
  expect(await (await fetch(`${server.url}/call`)).json()).toEqual({ answered: true })
  expect(outcomes(server)).toHaveLength(2)
})

test('a slow body of a rejected call is not answered twice', async () => {
  const server = await start({ requestTimeoutMs: 100 })
  const socket = await openSocket(server)
  socket.write(`${POST.replace('/json', '/xml')}Content-Length: 8\r\n\r\n{"a"`)
  const answers = answersIn(await text(socket))
  expect(answers.map(({ status }) => status)).toEqual([415])
  expect(outcomes(server)).toHaveLength(1)
})

test('a client that resets its connection after CONNECT does not crash the process', async () => {
  const server = await start()
  const uncaught = vi.fn()
  process.once('uncaughtException', uncaught)
  const socket = await openSocket(server)
  socket.write('CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.resetAndDestroy()
  await eventually(() => outcomes(server).length > 0) // the response was written to the reset connection
  expect((await fetch(`${server.url}/call`)).status).toBe(200)
  process.off('uncaughtException', uncaught)
  expect(uncaught.mock.calls).toEqual([])
})
