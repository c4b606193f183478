import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { connect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { captureLog } from '../../../testkit/captured-log.ts'
import { eventually } from '../../../testkit/eventually.ts'
import { useCertificateFiles } from '../../../testkit/fixtures/certificate-files.ts'
import type { TestServer } from '../../../testkit/fixtures/test-server.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import type { CertificatePair } from '../../../testkit/tls/certificates.ts'
import { readCertificateFiles } from './certificate.ts'
import { watchCertificate } from './certificate-watch.ts'

const { authority, files, replace, write } = useCertificateFiles()
const startTestServer = useTestServers()
const WITHIN_MS = 10_000
const CANNOT_BE_USED = 'the new TLS certificate cannot be used; the previous one stays in use'

let first: CertificatePair
let second: CertificatePair
const sockets: TLSSocket[] = []
beforeEach(() => {
  first = authority.issue()
  second = authority.issue({ expiresInSeconds: 3_600 })
  replace(first)
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})

const startServer = (paths = files) => startTestServer({ tls: { files: paths, reloadIntervalMs: 20 } })

async function open({ host, port }: TestServer): Promise<TLSSocket> {
  const socket = connect({ host, port, ca: authority.cert })
  sockets.push(socket)
  await once(socket, 'secureConnect')
  return socket
}

/** Whether new connections get this certificate. */
async function serves(server: TestServer, { cert }: CertificatePair): Promise<boolean> {
  const socket = await open(server)
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256 === new X509Certificate(cert).fingerprint256
}

const errorsOf = ({ log }: TestServer) => log.entries().filter(({ level }) => level >= 50)
const rejections = (server: TestServer) => errorsOf(server).filter(({ msg }) => msg === CANNOT_BE_USED)

describe('a certificate whose files change', () => {
  test('is used by new connections, while existing ones continue', async () => {
    const server = await startServer()
    const existing = await open(server)
    expect(await serves(server, first)).toBe(true)
    replace(second)
    await eventually(() => serves(server, second), WITHIN_MS)
    existing.write('GET /call HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(await text(existing)).toContain('"answered":true')
    expect(errorsOf(server)).toEqual([])
    expect(server.log.text()).toContain('the TLS certificate was reloaded')
  })

  test('changes the metric with the time when it expires', async () => {
    const server = await startServer()
    const secondsLeft = async () => {
      const request = https.get(`${server.url}/metrics`, { ca: authority.cert, agent: false })
      const [response] = (await once(request, 'response')) as [IncomingMessage]
      return (
        Number(/^leadtriage_tls_certificate_expiry_\w+\{.*\} (.*)$/m.exec(await text(response))?.[1]) -
        Date.now() / 1000
      )
    }
    expect(await secondsLeft()).toBeGreaterThan(80_000)
    replace(second)
    await eventually(async () => (await secondsLeft()) < 3_700, WITHIN_MS)
  })

  test('is reloaded when Kubernetes swaps the symlink of its folder', async () => {
    const volume = join(dirname(files.cert), 'volume')
    const publish = (name: string, { cert, key }: CertificatePair) => {
      mkdirSync(join(volume, name), { recursive: true })
      writeFileSync(join(volume, name, 'tls.crt'), cert)
      writeFileSync(join(volume, name, 'tls.key'), key)
      symlinkSync(name, join(volume, '..data_tmp'))
      renameSync(join(volume, '..data_tmp'), join(volume, '..data'))
    }
    publish('..2026_01', first)
    for (const file of ['tls.crt', 'tls.key']) symlinkSync(join('..data', file), join(volume, file))
    const server = await startServer({ ...files, cert: join(volume, 'tls.crt'), key: join(volume, 'tls.key') })
    expect(await serves(server, first)).toBe(true)
    publish('..2026_02', second)
    await eventually(() => serves(server, second), WITHIN_MS)
  })

  test.each<[string, () => void]>([
    ['a key that does not belong to it', () => write('tls.key', second.key)],
    ['a damaged certificate', () => write('tls.crt', first.cert.slice(0, 200))],
    ['an expired certificate', () => replace(authority.issue({ expiresInSeconds: -60 }))],
    ['a missing file', () => rmSync(files.key)],
  ])(
    'stays in use if the new one has %s; the error is logged once, and the next valid one is used',
    async (_what, spoil) => {
      const server = await startServer()
      spoil()
      await eventually(() => rejections(server).length > 0, WITHIN_MS)
      expect(await serves(server, first)).toBe(true)
      replace(second)
      await eventually(() => serves(server, second), WITHIN_MS)
      expect(rejections(server)).toHaveLength(1)
      expect(server.log.text()).not.toContain(second.key.slice(40, 80))
    },
  )

  test('may return to what it was after a broken one', async () => {
    const server = await startServer()
    write('tls.key', second.key)
    await eventually(() => rejections(server).length === 1, WITHIN_MS)
    replace(first)
    await eventually(() => serves(server, first), WITHIN_MS)
    replace(second)
    await eventually(() => serves(server, second), WITHIN_MS)
    expect(rejections(server)).toHaveLength(1)
  })
})

test('files that change with every read are not used, and not reported, until they stay the same', async () => {
  const { log, entries } = captureLog()
  const used: string[] = []
  // as if the certificate was still being written: it is damaged, and different in each read
  let writes = 0
  const writing = setInterval(() => {
    writes += 1
    write('tls.crt', first.cert.slice(0, 100 + writes))
  }, 1)
  const current = await readCertificateFiles(files)
  const stop = watchCertificate({ files, current, onChange: ({ cert }) => used.push(cert), log, intervalMs: 20 })
  await eventually(() => writes >= 100, WITHIN_MS)
  clearInterval(writing)
  replace(second)
  await eventually(() => used.length > 0, WITHIN_MS)
  stop()
  expect(used).toEqual([second.cert])
  expect(entries().filter(({ level }) => level >= 50)).toEqual([])
})
