import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

/** Starts a request and completes it when `ready` resolves. Returns everything received until the connection closes. */
async function sendSlowly({ host, port }: TestServer, path: string, ready: Promise<unknown>): Promise<string> {
  const socket = connect(port, host)
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text
  })
  const head = [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json', 'content-length: 8']
  socket.write(`${head.join('\r\n')}\r\nconnection: close\r\n\r\n{"a"`)
  void ready.then(() => socket.write(': 1}'))
  await once(socket, 'close')
  return answer
}

test('a body that arrives too slowly is rejected, unless its route has longBody', async () => {
  const server = await start({ requestTimeoutMs: 100 })
  const rejected = sendSlowly(server, '/echo', new Promise(() => undefined))
  // both start at the same time, so the server has checked both when it rejects the first
  const [text, long] = await Promise.all([rejected, sendSlowly(server, '/long', rejected)])
  expect(text).toContain('408')
  expect(long).toContain('{"received":{"a":1}}')
})
