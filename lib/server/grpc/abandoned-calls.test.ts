import { expect, test } from 'vitest'
import { frame } from '../../../test/hostile/wire/grpc-frames.ts'
import { callHttp2, openHttp2 } from '../../../test/hostile/wire/http2-call.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const startServer = useTestServers()
const HEADERS = {
  ':method': 'POST',
  ':path': '/leadtriage.triage.v1.TriageService/GetQueue',
  'content-type': 'application/grpc',
  te: 'trailers',
}

test('a gRPC client that goes away in the middle of a message that is too large leaves no connection', async () => {
  const server = await startServer()
  const message = frame(Buffer.alloc(8 * 2 ** 20 + 1))
  for (let client = 0; client < 10; client += 1) {
    const session = openHttp2(server.url)
    const call = { headers: HEADERS, writes: [message], end: true, timeoutMs: 10_000 }
    await callHttp2(session, { ...call, resetAfterMs: client % 2 === 0 ? undefined : 5 })
    session.destroy()
  }
  const begun = performance.now()
  await server.close(500) // waits for every connection
  expect(performance.now() - begun).toBeLessThan(10_000)
})
