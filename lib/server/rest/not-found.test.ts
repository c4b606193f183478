import { METHODS } from 'node:http'
import { expect, test } from 'vitest'
import { exchange } from '../../../testkit/clients/raw-http.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

const send = async (server: { host: string; port: number }, method: string, path: string, more = '') => {
  const [answer, ...others] = await exchange(
    server,
    `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more || '\r\n'}`,
  )
  expect(others).toEqual([])
  return answer ?? expect.unreachable()
}

const OTHERS = METHODS.filter((method) => !['GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT'].includes(method))

test('a method that a path does not have is rejected with the allowed methods', async () => {
  const server = await start()
  for (const method of OTHERS) {
    const answer = await send(server, method, '/echo')
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'OPTIONS, POST' } })
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'method_not_allowed',
      detail: `/echo does not support ${method}; the allowed methods are OPTIONS, POST.`,
    })
  }
  expect(server.log.entries().filter(({ outcome }) => outcome === 'method_not_allowed')).toHaveLength(OTHERS.length)
  expect(server.log.entries().filter(({ level }) => level > 30)).toEqual([])
})

test.each([
  ['/call/', 'GET, HEAD, OPTIONS'],
  ['/things/7?x=1', 'GET, HEAD, OPTIONS'],
  ['/things/%C3%A4', 'GET, HEAD, OPTIONS'],
  ['/%63all', 'GET, HEAD, OPTIONS'],
  ['/things:sort', 'OPTIONS, POST'],
  ['/healthz', 'GET, HEAD, OPTIONS'],
])('the methods of %s are %s', async (path, allow) => {
  const server = await start()
  expect(await send(server, 'PUT', path)).toMatchObject({ status: 405, headers: { allow } })
  expect(await send(server, 'OPTIONS', path)).toMatchObject({ status: 204, headers: { allow }, body: '' })
})

test.each([
  '/nothing',
  '/call/more',
  '/things',
  '/things/',
  '//call',
  '/docs/static/nothing.js',
  '/docs/static/%2e%2e%2fx',
])('an unknown path (%s) is not found, whatever the method', async (path) => {
  const server = await start()
  for (const method of ['GET', 'PUT', 'OPTIONS']) {
    const answer = await send(server, method, path)
    if (method !== 'GET' && path.startsWith('/docs/')) continue // a wildcard route matches every path there
    expect(answer.status).toBe(404)
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'route_not_found',
      detail: `There is no route ${method} ${path}.`,
      request_id: answer.headers['x-request-id'],
    })
  }
})

test('neither error depends on the body, which is not read', async () => {
  const server = await start()
  const body = 'Content-Type: application/json\r\nContent-Length: 1\r\n\r\n{'
  expect((await send(server, 'POST', '/nothing', body)).status).toBe(404)
  expect((await send(server, 'PUT', '/echo', body)).status).toBe(405)
  expect((await send(server, 'POST', '/nothing', body.replace('application/json', 'x'))).status).toBe(404)
  expect((await send(server, 'QUERY', '/call')).status).toBe(405)
})

test('a response to HEAD has the headers of GET and no body', async () => {
  const server = await start()
  for (const path of ['/call', '/nothing']) {
    const [get, head] = [await send(server, 'GET', path), await send(server, 'HEAD', path)]
    expect(head.status).toBe(get.status)
    expect(head.headers['content-type']).toBe(get.headers['content-type'])
    expect(head.body).toBe('')
  }
  expect(await send(server, 'HEAD', '/echo')).toMatchObject({
    status: 405,
    headers: { allow: 'OPTIONS, POST' },
    body: '',
  })
})

test.each(['/docs/static/../../x', '/docs/static/%00'])(
  'a path that leaves the directory of static files (%s) is rejected',
  async (path) => {
    const answer = await send(await start(), 'GET', path)
    expect(answer.status).toBe(422)
    expect(JSON.parse(answer.body)).toMatchObject({
      errors: [{ path: '', message: expect.stringContaining('the path') }],
    })
  },
)
