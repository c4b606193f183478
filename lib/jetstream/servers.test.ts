import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { captureLog } from '../../testkit/captured-log.ts'
import { eventually } from '../../testkit/eventually.ts'
import { useCertificateFiles } from '../../testkit/fixtures/certificate-files.ts'
import type { TlsServer } from '../../testkit/servers/tls-servers.ts'
import { startTlsNats } from '../../testkit/servers/tls-servers.ts'
import { createAuthority } from '../../testkit/tls/certificates.ts'
import type { Nats } from './connect.ts'
import { connectNats } from './connect.ts'
import type { NatsTls } from './servers.ts'
import { natsServersOf } from './servers.ts'

const { authority, caFile, files, write } = useCertificateFiles()
const clients = createAuthority('authority of services')
const own = clients.issue({ names: ['intake'] })
const client = { certFile: write('own.crt', own.cert), keyFile: write('own.key', own.key) }
const strangerFile = write('stranger.crt', createAuthority().cert)

/** With TLS 1.3 the server rejects a client after the handshake, and the client library does not report why. */
const NOT_ACCEPTED = /timeout|certificate/
const open: Nats[] = []
let directory: string
/** Its certificate is for 127.0.0.1 only. */
let server: TlsServer
let strict: TlsServer
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'leadtriage-tls-'))
  server = await startTlsNats(mkdtempSync(join(directory, 'a-')), authority.issue({ names: ['127.0.0.1'] }))
  strict = await startTlsNats(mkdtempSync(join(directory, 'b-')), authority.issue(), clients.cert)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((nats) => nats.close()))
})
afterAll(async () => {
  await Promise.all([server.stop(), strict.stop()])
  await rm(directory, { recursive: true })
})

function connect(url: string, tls?: NatsTls) {
  const log = captureLog()
  const nats = connectNats({ url, ...(tls && { tls }), name: 'test', log: log.log })
  open.push(nats)
  return { nats, log }
}

async function expectRejection({ nats, log }: ReturnType<typeof connect>, reason: RegExp) {
  await eventually(() => nats.check().catch((error: Error) => reason.test(error.message)))
  expect(log.entries()).toContainEqual(
    expect.objectContaining({ msg: 'NATS is unreachable; retrying', failure: expect.stringMatching(reason) }),
  )
  expect(nats.up()).toBeUndefined()
}

describe('a connection to NATS with TLS', () => {
  test('is accepted if the certificate of the server is of the authority', async () => {
    const connection = await connect(server.url, { caFile }).nats.first()
    await connection.flush()
  })

  test('is encrypted for a URL with nats: if there is a file with authorities', async () => {
    const { nats } = connect(server.url.replace('tls:', 'nats:'), { caFile })
    await (await nats.first()).flush()
  })

  test.each([
    ['another authority', { caFile: strangerFile }],
    ['no file, because the authority is not a public one', undefined],
  ])('is rejected with %s', async (_what, tls) => {
    await expectRejection(connect(server.url, tls), /certificate/)
  })

  test('is rejected if the certificate of the server has another name', async () => {
    await expectRejection(connect(server.url.replace('127.0.0.1', 'localhost'), { caFile }), /altnames/)
  })

  test('to an IP address is rejected if the certificate of the server is for localhost only', async () => {
    const home = mkdtempSync(join(directory, 'c-'))
    const other = await startTlsNats(home, authority.issue({ names: ['localhost'] }))
    await expectRejection(connect(other.url, { caFile }), /altnames/)
    const { nats } = connect(other.url.replace('127.0.0.1', 'localhost'), { caFile })
    await (await nats.first()).flush()
    await other.stop()
  })

  test('is not made to a server without TLS, with any of the URLs', async () => {
    const plain = inject('servers').natsUrl
    await expectRejection(connect(plain.replace('nats:', 'tls:')), /does not support 'tls'/)
    await expectRejection(connect(plain, { caFile }), /does not support 'tls'/)
  })

  test('shows a certificate to a server that asks for one', async () => {
    await (await connect(strict.url, { caFile, client }).nats.first()).flush()
    await expectRejection(connect(strict.url, { caFile }), NOT_ACCEPTED)
    await expectRejection(
      connect(strict.url, { caFile, client: { certFile: files.cert, keyFile: files.key } }),
      NOT_ACCEPTED,
    )
  })
})

describe('the settings of NATS', () => {
  const NATS_URL = 'tls://nats.example.com:4222'

  test('are the files as given', () => {
    const { certFile, keyFile } = client
    expect(natsServersOf({ NATS_URL })).toEqual({ url: NATS_URL })
    expect(natsServersOf({ NATS_URL, NATS_CA_FILE: caFile, NATS_CERT_FILE: certFile, NATS_KEY_FILE: keyFile })).toEqual(
      { url: NATS_URL, tls: { caFile, client } },
    )
  })

  test.each([
    [{ NATS_CERT_FILE: '/a' }, 'NATS_KEY_FILE is missing: it must be set when NATS_CERT_FILE is'],
    [{ NATS_KEY_FILE: '/a' }, 'NATS_CERT_FILE is missing: it must be set when NATS_KEY_FILE is'],
    [{ NATS_CA_FILE: '/not/here' }, 'NATS_CA_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
    [{ NATS_CA_FILE: write('text', 'x') }, 'is wrong: the file is not PEM'],
  ])('%j are rejected', (config, reason) => {
    expect(() => natsServersOf({ NATS_URL, ...config })).toThrow(reason)
  })
})
