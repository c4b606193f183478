import { describe, expect, test } from 'vitest'
import { exchange } from '../../../testkit/clients/raw-http.ts'
import { bodyOf } from '../../../testkit/clients/rest.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import { originFormOf } from './request-checks.ts'

const start = useTestServers()

const HEAD = 'Host: x\r\nConnection: close\r\n'
const JSON_BODY = 'Content-Type: application/json\r\n'

describe('an invalid request that Node accepts', () => {
  const cases: [what: string, bytes: string, status: number, code: string, detail: RegExp][] = [
    ['no Host header', 'GET /call HTTP/1.1\r\n\r\n', 400, 'bad_request', /Host header is missing/],
    [
      'two Host headers',
      `GET /call HTTP/1.1\r\nhost: y\r\n${HEAD}\r\n`,
      400,
      'bad_request',
      /Host header must be sent once/,
    ],
    ['version HTTP/2.0 without the preface', `GET /call HTTP/2.0\r\n${HEAD}\r\n`, 400, 'bad_request', /use HTTP\/1\.1/],
    [
      'a transfer coding other than chunked',
      `POST /echo HTTP/1.1\r\n${HEAD}${JSON_BODY}Transfer-Encoding: gzip, chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n`,
      400,
      'bad_request',
      /the only transfer coding is chunked/,
    ],
    [
      'chunked encoding in HTTP/1.0',
      `POST /echo HTTP/1.0\r\n${HEAD}${JSON_BODY}Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n`,
      400,
      'bad_request',
      /the only transfer coding is chunked/,
    ],
    [
      'an unsupported expectation',
      `POST /echo HTTP/1.1\r\n${HEAD}${JSON_BODY}Expect: 200-ok\r\nContent-Length: 1\r\n\r\n1`,
      417,
      'expectation_failed',
      /100-continue/,
    ],
  ]
  test.each(cases)('(%s) is rejected with the reason', async (_what, bytes, status, code, detail) => {
    const server = await start()
    const answers = await exchange(server, bytes)
    expect(answers).toHaveLength(1)
    expect(answers[0]).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } })
    const problem = JSON.parse(answers[0]?.body ?? '')
    expect(problem).toMatchObject({ status, code, detail: expect.stringMatching(detail) })
    expect(problem.request_id).toBe(answers[0]?.headers['x-request-id'])
    expect(server.log.entries()).toContainEqual(
      expect.objectContaining({ level: 30, outcome: code, method: expect.stringMatching(/\/(call|echo)$/) }),
    )
  })

  test('ends its connection, because the bytes after it may be part of it', async () => {
    const smuggled = `GET /call HTTP/1.1\r\n${HEAD}\r\n`
    const bytes = `POST /echo HTTP/1.1\r\nHost: x\r\n${JSON_BODY}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${smuggled}`
    const answers = await exchange(await start(), bytes)
    expect(answers.map(({ status }) => status)).toEqual([400])
  })
})

describe('a valid request is served', () => {
  const cases: [what: string, bytes: string][] = [
    ['HTTP/1.0 without a Host header', 'GET /call HTTP/1.0\r\n\r\n'],
    ['an absolute URL, as sent to a proxy', `GET http://elsewhere:1/call HTTP/1.1\r\n${HEAD}\r\n`],
    [
      'a protocol upgrade, which is ignored',
      'GET /call HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['an expectation in HTTP/1.0, which is ignored', 'GET /call HTTP/1.0\r\nExpect: 200-ok\r\n\r\n'],
  ]
  test.each(cases)('%s', async (_what, bytes) => {
    const answers = await exchange(await start(), bytes)
    expect(answers).toMatchObject([{ status: 200, body: '{"answered":true}' }])
  })

  test('a client that expects 100 Continue receives it', async () => {
    const bytes = `POST /echo HTTP/1.1\r\n${HEAD}${JSON_BODY}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n1`
    const answers = await exchange(await start(), bytes)
    expect(answers).toMatchObject([{ status: 100 }, { status: 200, body: '{"received":1}' }])
  })
})

test.each([
  ['/leads?x=http://a/b', '/leads?x=http://a/b'],
  ['http://host:8000/leads?x=1', '/leads?x=1'],
  ['HTTPS://host', '/'],
  ['http://host?x=1', '/?x=1'],
  ['*', '/'],
])('the path and query of the request target %s are %s', (target, expected) => {
  expect(originFormOf(target)).toBe(expected)
})

describe('a query', () => {
  test.each(['%ff', '%E2%82', '%zz', 'a=1&b=%c3'])('that is not UTF-8 (%s) is rejected', async (query) => {
    const response = await fetch(`${(await start()).url}/call?${query}`)
    expect(response.status).toBe(422)
    expect(await bodyOf(response)).toMatchObject({
      code: 'invalid_request',
      errors: [{ path: '', message: 'the query must be percent-encoded UTF-8' }],
    })
  })

  test('with a repeated parameter is rejected with its name', async () => {
    const response = await fetch(`${(await start()).url}/call?a=1&b=2&a=3`)
    expect(response.status).toBe(422)
    expect(await bodyOf(response)).toMatchObject({ errors: [{ path: 'a', message: 'must be given once' }] })
  })

  test.each(['%E2%82%AC', 'a+b', ''])('that is valid (%s) is accepted', async (query) => {
    expect((await fetch(`${(await start()).url}/call?x=${query}`)).status).toBe(200)
  })
})
