import { once } from 'node:events'
import type { ClientRequest, IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, test } from 'vitest'
import { useGrpcQueueClients } from '../../../testkit/clients/grpc-queue-client.ts'
import { useCertificateFiles } from '../../../testkit/fixtures/certificate-files.ts'
import { useTcpProxies } from '../../../testkit/fixtures/tcp-proxies.ts'
import type { TestServer, TestServerOptions } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const CALL = 'GET /call HTTP/1.1\r\nHost: x\r\n\r\n'
const LAST_CALL = 'GET /call HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

const startTestServer = useTestServers()
const openGrpcClient = useGrpcQueueClients()
const proxyTo = useTcpProxies()
const certificate = useCertificateFiles()
const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

interface Address {
  readonly host: string
  readonly port: number
}

describe.each([{ tls: false }, { tls: true }])('with TLS: $tls,', ({ tls }) => {
  const ca = certificate.authority.cert
  const startServer = (options: TestServerOptions = {}) =>
    startTestServer({ ...options, ...(tls && { tls: { files: certificate.files } }) })
  const openGrpc = (address: Address) => openGrpcClient(address, tls ? { ca } : undefined)
  const { Agent } = tls ? https : http

  /** With TLS the connection has none of ALPN's protocols, so that its first bytes decide here too. */
  async function open({ host, port }: Address): Promise<Socket> {
    const socket = tls ? connectTls({ host, port, ca }).setNoDelay() : connect({ host, port, noDelay: true })
    sockets.push(socket)
    const connected = once(socket, tls ? 'secureConnect' : 'connect')
    socket.on('error', () => undefined) // the server may close it before it has read everything
    await connected
    return socket
  }

  function get(url: string, agent?: http.Agent): ClientRequest {
    return tls ? https.get(url, { ca, agent }) : http.get(url, { agent })
  }

  async function statusOf(url: string): Promise<number | undefined> {
    const [response] = (await once(get(url), 'response')) as [IncomingMessage]
    await text(response)
    return response.statusCode
  }

  /** Sends bytes and returns everything received until the server closes the connection. */
  async function exchange(server: Address, bytes: string): Promise<string> {
    const socket = await open(server)
    socket.write(bytes)
    return text(socket)
  }

  function closed(socket: Socket): Promise<unknown> {
    return new Promise((resolve) => socket.resume().once('close', resolve))
  }

  const occurrences = (haystack: string, needle: string) => haystack.split(needle).length - 1

  describe('a connection without a decided protocol', () => {
    test.each([
      ['no bytes', ''],
      ['half an HTTP/2 preface', PREFACE.slice(0, 12)],
      ['an HTTP/2 preface without its last byte', PREFACE.slice(0, -1)],
    ])('(%s) is closed after the timeout, not before', async (_what, bytes) => {
      const server = await startServer({ firstBytesTimeoutMs: 150 })
      const startedAt = performance.now() // before the server accepts the connection and starts its timeout
      const socket = await open(server)
      socket.write(bytes)
      await closed(socket)
      expect(performance.now() - startedAt).toBeGreaterThan(100)
    })

    test('stays open once it is decided, however long it is idle', async () => {
      const server = await startServer({ firstBytesTimeoutMs: 2_000 })
      const client = openGrpc(server)
      const socket = await open(server)
      socket.write(CALL)
      await Promise.all([once(socket, 'data'), client.getQueue()])
      await text(await open(server)) // sends nothing and is closed after the timeout
      socket.write(LAST_CALL)
      expect(await text(socket)).toContain('"answered":true')
      expect((await client.getQueue()).pending).toBe(7n)
    })

    test.each(['', 'P', PREFACE.slice(0, -1)])('is closed at once if its client ends it after %j', async (bytes) => {
      const server = await startServer({ firstBytesTimeoutMs: 60_000 }) // longer than the test's timeout
      const socket = await open(server)
      socket.end(bytes)
      await closed(socket)
    })

    test('does not delay close after its client has reset it', async () => {
      const server = await startServer()
      const socket = connect(server)
      await once(socket, 'connect')
      socket.resetAndDestroy()
      await server.close(5_000)
    })
  })

  describe('gRPC', () => {
    test('is recognized when it arrives byte by byte', async () => {
      const proxy = await proxyTo((await startServer()).url, { bytewise: true })
      expect((await openGrpc(proxy).getQueue()).pending).toBe(7n)
    })
  })

  describe('HTTP/1.1', () => {
    test('is recognized when it arrives byte by byte', async () => {
      const proxy = await proxyTo((await startServer()).url, { bytewise: true })
      expect(await exchange(proxy, LAST_CALL)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*\{"answered":true\}$/s)
    })

    test('requests pipelined in the first packet are all answered', async () => {
      const answers = await exchange(await startServer(), CALL.repeat(9) + LAST_CALL)
      expect(occurrences(answers, 'HTTP/1.1 200 OK')).toBe(10)
      expect(occurrences(answers, '{"answered":true}')).toBe(10)
    })

    test.each([
      ['the first packet', 10],
      ['many packets', 200_000],
    ])('a body that starts in the packet of the headers and fills %s arrives complete', async (_what, length) => {
      const body = JSON.stringify({ text: `${'x'.repeat(length - 1)}!` })
      const head = `POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
      const answer = await exchange(await startServer(), head + body)
      expect(answer.slice(answer.indexOf('\r\n\r\n') + 4)).toBe(`{"received":${body}}`)
    })

    test.each(['PROPFIND', 'PRINT', 'PRI', 'P'])(
      'a method that starts like the HTTP/2 preface (%s) is HTTP/1.1',
      async (method) => {
        expect(await exchange(await startServer(), LAST_CALL.replace('GET', method))).toMatch(/^HTTP\/1\.1 4\d\d /)
      },
    )

    test('the HTTP/2 preface with one byte changed is HTTP/1.1', async () => {
      expect(await exchange(await startServer(), PREFACE.replace('SM', 'SN'))).toMatch(/^HTTP\/1\.1 400 /)
    })

    test('a client that ends its side after its request gets its response', async () => {
      const socket = await open(await startServer())
      socket.end(CALL)
      expect(await text(socket)).toContain('"answered":true')
    })

    test('connections are kept alive', async () => {
      const server = await startServer()
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca })
      const ports: (number | undefined)[] = []
      for (let call = 1; call <= 3; call += 1) {
        const [response] = await once(get(`${server.url}/call`, agent), 'response')
        ports.push(response.socket.localPort)
        expect(await text(response)).toBe('{"answered":true}')
      }
      agent.destroy()
      expect(new Set(ports).size).toBe(1)
    })
  })

  describe('close', () => {
    const GRACE_MS = 2_400

    /** A server whose calls run until `finish` is called. */
    async function serverWithRunningCall() {
      const started = Promise.withResolvers<void>()
      const finish = Promise.withResolvers<void>()
      const answer = () => {
        started.resolve()
        return finish.promise
      }
      return { server: await startServer({ answer }), started: started.promise, finish: finish.resolve }
    }

    /**
     * Calls `close` and returns whether it finished before its grace period. The timer runs in the same event loop, so a
     * stall delays both. A close without waiting has about two seconds.
     */
    async function closeEarly(server: TestServer): Promise<boolean> {
      const late = sleep(0.9 * GRACE_MS, false, { ref: false })
      return Promise.race([server.close(GRACE_MS).then(() => true), late])
    }

    test('finishes at once with any idle connections: keep-alive, gRPC, undecided, half a preface', async () => {
      const server = await startServer()
      const kept = await open(server)
      kept.write(CALL)
      await Promise.all([once(kept, 'data'), openGrpc(server).getQueue()])
      const others = [await open(server), await open(server), await open(server)]
      others[0]?.write(PREFACE.slice(0, 5))
      others[1]?.write(PREFACE)
      const ended = [kept, ...others].map(closed)
      expect(await closeEarly(server)).toBe(true)
      await Promise.all(ended)
    })

    test.each(['REST', 'gRPC'])('waits for a %s call in flight', async (protocol) => {
      const { server, started, finish } = await serverWithRunningCall()
      const answer =
        protocol === 'REST'
          ? statusOf(`${server.url}/call`)
          : openGrpc(server)
              .getQueue()
              .then(({ pending }) => pending)
      await started
      let closed = false
      const closing = server.close(GRACE_MS).then(() => {
        closed = true
      })
      await expect(open(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      expect(closed).toBe(false)
      finish()
      expect(await answer).toBe(protocol === 'REST' ? 200 : 7n)
      await closing
    })

    test('does not wait for a keep-alive connection after its last response', async () => {
      const { server, started, finish } = await serverWithRunningCall()
      const answer = statusOf(`${server.url}/call`)
      await started
      const closing = closeEarly(server)
      await expect(open(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      finish()
      await answer
      expect(await closing).toBe(true)
    })

    test.each(['REST', 'gRPC'])('aborts a %s call that does not finish within the grace period', async (protocol) => {
      const { server, started } = await serverWithRunningCall()
      const failure = (protocol === 'REST' ? statusOf(`${server.url}/call`) : openGrpc(server).getQueue()).then(
        () => 'answered',
        () => 'aborted',
      )
      await started
      const startedAt = performance.now()
      const late = sleep(5_000, 'late', { ref: false })
      expect(await Promise.race([server.close(200), late])).not.toBe('late')
      expect(performance.now() - startedAt).toBeGreaterThan(150)
      expect(await failure).toBe('aborted')
    })

    test('may be called twice; both calls resolve when everything is closed', async () => {
      const { server, started, finish } = await serverWithRunningCall()
      const running = openGrpc(server).getQueue()
      await started
      const resolved: string[] = []
      const closings = ['first', 'second'].map((name) => server.close(GRACE_MS).then(() => resolved.push(name)))
      finish()
      await running
      expect(resolved).toEqual([])
      await Promise.all(closings)
      await server.close(GRACE_MS)
    })

    test('closes a connection that arrives meanwhile', async () => {
      const server = await startServer()
      const early = connect({ host: server.host, port: server.port })
      sockets.push(early.on('error', () => undefined))
      const closing = closeEarly(server)
      expect(await closing).toBe(true)
      await closed(early)
    })

    test('makes the server refuse connections', async () => {
      const server = await startServer()
      await server.close(GRACE_MS)
      await expect(open(server)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    })
  })
})
