import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { useCertificateFiles } from '../../../testkit/fixtures/certificate-files.ts'
import { useTestServers } from '../../../testkit/fixtures/test-server.ts'
import { checkCertificate, tlsOptionsOf } from './certificate.ts'

const { authority, files, write } = useCertificateFiles()
const startServer = useTestServers()
const pair = authority.issue()
const clientCa = undefined

describe('the settings of TLS', () => {
  test('are off without files', () => {
    expect(tlsOptionsOf({})).toBeUndefined()
  })

  test.each([
    [{ TLS_CERT_FILE: 'a' }, ['TLS_KEY_FILE is missing: it must be set when TLS_CERT_FILE is']],
    [{ TLS_KEY_FILE: 'a' }, ['TLS_CERT_FILE is missing: it must be set when TLS_KEY_FILE is']],
    [
      { TLS_CLIENT_CA_FILE: 'a' },
      [
        'TLS_CERT_FILE is missing: it must be set when TLS_CLIENT_CA_FILE is',
        'TLS_KEY_FILE is missing: it must be set when TLS_CLIENT_CA_FILE is',
      ],
    ],
  ])('%j are incomplete', (config, faults) => {
    expect(() => tlsOptionsOf(config)).toThrow(faults.join('\n  '))
  })
})

describe('a certificate', () => {
  test('is valid until the first one of its chain expires', () => {
    const short = authority.issue({ expiresInSeconds: 60 })
    const { expiresAt } = checkCertificate({ cert: pair.cert + short.cert, key: pair.key, clientCa })
    expect(Math.abs(expiresAt.getTime() - Date.now() - 60_000)).toBeLessThan(10_000)
  })

  test('that has expired is valid for a start, so that clients that ignore it can still call', () => {
    const expired = authority.issue({ expiresInSeconds: -60 })
    expect(checkCertificate({ ...expired, clientCa }).expiresAt.getTime()).toBeLessThan(Date.now())
  })

  test.each([
    ['no certificate', { ...pair, cert: pair.key }, 'TLS_CERT_FILE has no PEM certificate'],
    [
      'a damaged certificate',
      { ...pair, cert: pair.cert.replace(/M/g, 'A') },
      'TLS_CERT_FILE has a certificate that is not',
    ],
    ['no key', { ...pair, key: pair.cert }, 'TLS_KEY_FILE has no private key that can be used without a password'],
    ['an encrypted key', { ...pair, key: encryptedKey() }, 'TLS_KEY_FILE has no private key that can be used without'],
    [
      'the key of another certificate',
      { ...pair, key: authority.issue().key },
      'the key in TLS_KEY_FILE does not belong to the first certificate in TLS_CERT_FILE',
    ],
    ['no client authority', { ...pair, clientCa: 'x' }, 'TLS_CLIENT_CA_FILE has no PEM certificate'],
  ])('with %s is rejected', (_what, pem, message) => {
    expect(() => checkCertificate({ clientCa, ...pem })).toThrow(message)
  })
})

test.each([
  ['cert', 'TLS_CERT_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
  ['key', 'TLS_KEY_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
  ['clientCa', 'TLS_CLIENT_CA_FILE=/not/here is wrong: the file cannot be read (ENOENT)'],
])('a server does not start if the file of %s cannot be read', async (name, message) => {
  await expect(startServer({ tls: { files: { ...files, [name]: '/not/here' } } })).rejects.toThrow(
    `1 setting is wrong:\n  ${message}`,
  )
})

test('a server with an expired certificate starts and logs an error', async () => {
  const expired = authority.issue({ expiresInSeconds: -60 })
  const paths = { cert: write('expired.crt', expired.cert), key: write('expired.key', expired.key), clientCa }
  const { log } = await startServer({ tls: { files: paths } })
  expect(log.entries()).toContainEqual(expect.objectContaining({ level: 50, msg: 'the TLS certificate has expired' }))
})

function encryptedKey(): string {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  }).privateKey
}
