import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()

/** Begins a request, and ends it when `ready` resolves; returns all that was answered until the connection closed. */
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

test('a body that takes longer than requests may is refused, unless its route lets it', async () => {
  const server = await start({ requestTimeoutMs: 100 })
  const refused = sendSlowly(server, '/echo', new Promise(() => undefined))
  // both began in the same moment: when the one is refused the other was looked at as well
  const [text, long] = await Promise.all([refused, sendSlowly(server, '/long', refused)])
  expect(text).toContain('408')
  expect(long).toContain('{"received":{"a":1}}')
})
