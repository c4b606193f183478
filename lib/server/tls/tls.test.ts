import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { connect as connectTls } from 'node:tls'
import { create } from '@bufbuild/protobuf'
import type { Transport } from '@connectrpc/connect'
import { Code, createClient } from '@connectrpc/connect'
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from '@connectrpc/connect-node'
import { Agent, fetch } from 'undici'
import { afterEach, describe, expect, test } from 'vitest'
import { TriageService } from '../../../gen/leadtriage/triage/v1/triage_service_pb.ts'
import { useGrpcQueueClients } from '../../../testkit/clients/grpc-queue-client.ts'
import { useCertificateFiles } from '../../../testkit/fixtures/certificate-files.ts'
import { StreamService, WatchResponseSchema } from '../../../testkit/fixtures/stream-service.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import type { CertificatePair } from '../../../testkit/tls/certificates.ts'
import { createAuthority } from '../../../testkit/tls/certificates.ts'
import type { AccessControl } from '../../auth/access-control.ts'
import { ANONYMOUS } from '../../auth/principal.ts'
import type { CallContext } from '../rpc.ts'

const startTestServer = useTestServers()
const openGrpc = useGrpcQueueClients()
const certificate = useCertificateFiles()
const ca = certificate.authority.cert
const startServer = (options = {}) => startTestServer({ tls: { files: certificate.files }, ...options })

const sockets: TLSSocket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

async function open({ host, port }: TestServer, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ host, port, ca, ...options })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  socket.on('error', () => undefined)
  return socket
}

async function fetchCall(server: TestServer, client?: CertificatePair, allowH2 = false) {
  const dispatcher = new Agent({ connect: { ca, ...client }, allowH2 })
  const response = await fetch(`${server.url}/call`, { dispatcher })
  const body = await response.json()
  await dispatcher.close()
  return body
}

const LAST_CALL = 'GET /call HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
const nodeOptions = { ca }
const TRANSPORTS: [name: string, transport: (baseUrl: string) => Transport][] = [
  ['Connect', (baseUrl) => createConnectTransport({ baseUrl, httpVersion: '1.1', nodeOptions })],
  ['gRPC-Web', (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: '1.1', nodeOptions })],
  ['gRPC', (baseUrl) => createGrpcTransport({ baseUrl, nodeOptions })],
]

describe('a port with TLS', () => {
  test('has a URL with https', async () => {
    expect((await startServer()).url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  })

  test('serves REST', async () => {
    expect(await fetchCall(await startServer())).toEqual({ answered: true })
  })

  test.each(TRANSPORTS)('serves %s', async (_name, transport) => {
    const { url } = await startServer()
    expect((await createClient(TriageService, transport(url)).getQueue({})).pending).toBe(7n)
  })

  test.each(TRANSPORTS)('knows the address of the client over %s, for its limits', async (_name, transport) => {
    const addresses: string[] = []
    const access: AccessControl = {
      admit: ({ address }) => {
        addresses.push(address)
        return ANONYMOUS
      },
    }
    const { url } = await startServer({ access })
    await createClient(TriageService, transport(url)).getQueue({})
    expect(addresses).toEqual(['127.0.0.1'])
  })

  test('serves a stock gRPC client', async () => {
    expect((await openGrpc(await startServer(), { ca }).getQueue()).pending).toBe(7n)
  })

  test.each([
    [['h2'], 'h2'],
    [['http/1.1'], 'http/1.1'],
    [['h2', 'http/1.1'], 'http/1.1'],
    [undefined, false],
  ])('selects of the protocols %j that a client offers %j', async (ALPNProtocols, selected) => {
    const socket = await open(await startServer(), { ALPNProtocols })
    expect(socket.alpnProtocol).toBe(selected)
  })

  test.each(TRANSPORTS)('serves streams over %s, and a stopping server ends them', async (_name, transport) => {
    const server = await startServer({
      watch: async function* (_request: unknown, { signal }: CallContext) {
        yield create(WatchResponseSchema, { number: 1 })
        await once(signal, 'abort')
      },
    })
    const numbers: number[] = []
    const reading = async () => {
      for await (const { number } of createClient(StreamService, transport(server.url)).watch({})) {
        numbers.push(number)
        void server.close(10_000)
      }
    }
    await expect(reading()).rejects.toMatchObject({ code: Code.Unavailable })
    expect(numbers).toEqual([1])
  })

  test('disconnects a client that reads nothing of a stream', async () => {
    const ended = Promise.withResolvers<void>()
    const server = await startServer({
      requestTimeoutMs: 1_000,
      rows: async function* () {
        try {
          for (;;) yield 'x'.repeat(20_000)
        } finally {
          ended.resolve()
        }
      },
    })
    const socket = await open(server)
    socket.pause().write('GET /rows HTTP/1.1\r\nHost: x\r\n\r\n')
    await ended.promise
    expect(server.log.entries()).toContainEqual(expect.objectContaining({ method: 'GET /rows', outcome: 'cancelled' }))
  })

  test('serves REST to a client that would prefer HTTP/2, as browsers do', async () => {
    expect(await fetchCall(await startServer(), undefined, true)).toEqual({ answered: true })
  })

  test('serves gRPC to a client without ALPN', async () => {
    const server = await startServer()
    const socket = await open(server)
    const session = http2.connect(server.url, { createConnection: () => socket })
    const stream = session.request({
      ':method': 'POST',
      ':path': '/leadtriage.triage.v1.TriageService/GetQueue',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.end(Buffer.alloc(5))
    const [[headers]] = await Promise.all([once(stream, 'trailers'), stream.resume()])
    expect(headers).toMatchObject({ 'grpc-status': '0' })
    session.destroy()
  })

  test.each([
    ['h2', LAST_CALL],
    ['http/1.1', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('closes a connection that agreed on %s and sends something else', async (protocol, bytes) => {
    const socket = await open(await startServer(), { ALPNProtocols: [protocol] })
    socket.write(bytes)
    expect(await text(socket)).toBe('')
  })

  test('answers a request without TLS with an error, over HTTP/1.1', async () => {
    const { host, port, log } = await startServer()
    const socket = connect({ host, port })
    socket.write(LAST_CALL)
    const response = await text(socket)
    expect(response).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(response.slice(response.indexOf('\r\n\r\n')))).toMatchObject({
      code: 'bad_request',
      detail: 'This port is served with TLS; use https.',
    })
    expect(log.text()).toContain('call ended')
  })

  test('fails a gRPC call without TLS', async () => {
    await expect(openGrpc(await startServer()).getQueue()).rejects.toMatchObject({ code: 14 })
  })

  test.each([
    ['TLSv1.1', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['TLSv1.2', undefined],
    ['TLSv1.3', undefined],
  ] as const)('with a client of %s: %s', async (version, code) => {
    const server = await startServer()
    const connected = open(server, { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' })
    if (code === undefined) expect((await connected).getProtocol()).toBe(version)
    else await expect(connected).rejects.toMatchObject({ code })
  })
})

describe('a handshake', () => {
  test.each([
    ['that stops', 1],
    ['that continues slowly', 1_000],
  ])('%s is closed after the timeout', async (_what, maxBytes) => {
    const server = await startServer({ firstBytesTimeoutMs: 400 })
    const startedAt = performance.now()
    const socket = connect({ host: server.host, port: server.port, noDelay: true }).on('error', () => undefined)
    socket.write(Buffer.of(22, 3, 1, 2, 0))
    let sent = 1
    const drip = setInterval(() => {
      sent += 1
      if (sent <= maxBytes) socket.write(Buffer.of(sent % 256))
    }, 10)
    await new Promise((resolve) => socket.resume().once('close', resolve))
    clearInterval(drip)
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeGreaterThan(300)
    expect(tookMs).toBeLessThan(5_000)
    await server.close(5_000)
  })

  test('in progress does not delay close', async () => {
    const server = await startServer()
    const socket = connect({ host: server.host, port: server.port }).on('error', () => undefined)
    const ended = new Promise((resolve) => socket.resume().once('close', resolve))
    socket.write(Buffer.of(22, 3, 1, 2, 0))
    await open(server) // the server has read the bytes before
    const startedAt = performance.now()
    await server.close(5_000)
    expect(performance.now() - startedAt).toBeLessThan(2_000)
    await ended
  })

  test('that is not TLS after its first byte is rejected and logged', async () => {
    const server = await startServer()
    const socket = connect({ host: server.host, port: server.port }).on('error', () => undefined)
    socket.write(Buffer.alloc(100, 22))
    await new Promise((resolve) => socket.resume().once('close', resolve))
    expect(server.log.entries()).toContainEqual(
      expect.objectContaining({
        level: 40,
        msg: 'rejected a TLS handshake',
        reason: expect.stringMatching(/^ERR_SSL_/),
      }),
    )
  })
})

describe('client certificates', () => {
  const clients = createAuthority('authority of clients')
  const startStrict = () =>
    startServer({
      tls: { files: { ...certificate.files, clientCa: certificate.write('clients.crt', clients.cert) } },
    })

  test('of the authority are accepted, over every protocol', async () => {
    const server = await startStrict()
    const client = clients.issue({ names: ['crm'] })
    expect(await fetchCall(server, client)).toEqual({ answered: true })
    expect((await openGrpc(server, { ca, client }).getQueue()).pending).toBe(7n)
  })

  test.each([
    ['no certificate', undefined],
    ['a certificate of another authority', createAuthority('authority of clients').issue({ names: ['crm'] })],
    ['an expired certificate', clients.issue({ names: ['crm'], expiresInSeconds: -60 })],
  ])('a client with %s is rejected, over every protocol', async (_what, client) => {
    const server = await startStrict()
    await expect(fetchCall(server, client)).rejects.toThrow()
    await expect(openGrpc(server, { ca, client }).getQueue()).rejects.toMatchObject({ code: 14 })
    expect(server.log.entries()).toContainEqual(expect.objectContaining({ msg: 'rejected a TLS handshake' }))
    expect(server.log.text()).not.toContain('call ended')
  })
})

test('metrics count failed handshakes and have the time when the certificate expires', async () => {
  const server = await startServer()
  const socket = connect({ host: server.host, port: server.port }).on('error', () => undefined)
  socket.write(Buffer.alloc(100, 22))
  await new Promise((resolve) => socket.resume().once('close', resolve))
  const [response] = (await once(https.get(`${server.url}/metrics`, { ca }), 'response')) as [IncomingMessage]
  const metrics = await text(response)
  expect(metrics).toContain('leadtriage_tls_handshake_failures_total{reason="rejected",service="protocols"} 1')
  const [, expiry] = /^leadtriage_tls_certificate_expiry_timestamp_seconds\{.*\} (.*)$/m.exec(metrics) ?? []
  expect(Number(expiry) - Date.now() / 1000).toBeGreaterThan(80_000)
  expect(Number(expiry) - Date.now() / 1000).toBeLessThan(90_000)
})
