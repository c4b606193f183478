import { once } from 'node:events'
import { connect } from 'node:net'
import { Client, connectivityState, credentials } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const start = useTestServers()
const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const EMPTY_SETTINGS = Buffer.from('000000040000000000', 'hex')

test('a gRPC client that gives no sign of life is cut; one that only calls rarely keeps its connection', async () => {
  const server = await start({ grpcKeepaliveMs: 3_000 })
  const rare = new Client(`${server.host}:${server.port}`, credentials.createInsecure())
  await new Promise<void>((resolve, reject) =>
    rare.waitForReady(Date.now() + 10_000, (error) => (error ? reject(error) : resolve())),
  )
  const dead = connect(server.port, server.host)
  dead.write(PREFACE)
  dead.write(EMPTY_SETTINGS)
  await once(dead.resume(), 'close') // it answers no ping
  expect(rare.getChannel().getConnectivityState(false)).toBe(connectivityState.READY)
  rare.close()
}, 20_000)
