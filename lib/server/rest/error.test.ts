import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { ProblemBody } from '../../../testkit/clients/rest.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = await bodyOf<ProblemBody>(response)
  expect(problem).toMatchObject({ status: response.status, request_id: expect.any(String) })
  return problem
}

test('an invalid path is rejected with a problem document', async () => {
  const { url } = await start()
  const badEscape = await problemOf(await fetch(`${url}/things/%zz`))
  expect(badEscape).toMatchObject({ status: 422, code: 'invalid_request', errors: [{ message: /percent-encoded/ }] })
  const tooLong = await problemOf(await fetch(`${url}/things/${'x'.repeat(101)}`))
  expect(tooLong).toMatchObject({ status: 422, code: 'invalid_request', errors: [{ message: /too long/ }] })
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml'])(
  'a body of type %s is rejected as an unsupported media type',
  async (contentType) => {
    const { url } = await start()
    const response = await fetch(`${url}/echo`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: 'a=1',
    })
    expect(await problemOf(response)).toMatchObject({ status: 415, code: 'unsupported_media_type' })
  },
)

test('a body above the limit is rejected as too large', async () => {
  const { url } = await start()
  const response = await fetch(`${url}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify('x'.repeat(300 * 1024)),
  })
  expect(await problemOf(response)).toMatchObject({ status: 413, code: 'payload_too_large' })
})

test('a call that arrives on an open connection during shutdown is rejected with Retry-After', async () => {
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
  socket.write('GET /call HTTP/1.1\r\nHost: x\r\n\r\n')
  await called.promise
  // the server reads this request after it has started to close
  socket.write('GET /call HTTP/1.1\r\nHost: x\r\n\r\n')
  const closed = server.close(10_000)
  setImmediate(answer.resolve)
  await closed
  expect(await answers).toContain('{"answered":true}')
  expect(await answers).toMatch(/HTTP\/1\.1 503 .*retry-after: 1\r\n.*"code":"unavailable"/s)
})
