import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIPv4 } from 'node:net'

/*
 * X.509 certificates for tests, generated in memory: version 3 (RFC 5280) with ECDSA on P-256, written as DER by hand
 * because Node can only read certificates.
 */

export interface CertificatePair {
  /** PEM. */
  readonly cert: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface Authority extends CertificatePair {
  issue(options?: CertificateOptions): CertificatePair
}

interface CertificateOptions {
  /** The common name. Default: the first name. */
  readonly subject?: string
  /** DNS names and IPv4 addresses. Default: `localhost` and `127.0.0.1`. */
  readonly names?: readonly string[]
  /** Seconds from now, negative for an expired certificate. Default: a day. */
  readonly expiresInSeconds?: number
}

interface Issuer {
  readonly name: string
  readonly key: string
}

const DAY_SECONDS = 86_400

export function createAuthority(name = 'test authority'): Authority {
  const pair = createCertificate({ subject: name, expiresInSeconds: DAY_SECONDS, isAuthority: true, names: [] })
  return {
    ...pair,
    issue: ({ names = ['localhost', '127.0.0.1'], subject = names[0] ?? '', expiresInSeconds = DAY_SECONDS } = {}) =>
      createCertificate({ subject, names, expiresInSeconds, isAuthority: false, issuer: { name, key: pair.key } }),
  }
}

function createCertificate(options: Required<CertificateOptions> & { isAuthority: boolean; issuer?: Issuer }) {
  const { subject, names, expiresInSeconds, isAuthority } = options
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const issuer = options.issuer ?? { name: subject, key }
  const expiresAt = Date.now() + expiresInSeconds * 1000
  const extensions = isAuthority
    ? [extension(OID.basicConstraints, sequence(TRUE)), extension(OID.keyUsage, Buffer.from('03020106', 'hex'))]
    : [extension(OID.subjectAltName, sequence(...names.map(generalName)))]
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])), // serial number
    ECDSA_WITH_SHA256,
    distinguishedName(issuer.name),
    sequence(time(new Date(Math.min(Date.now(), expiresAt) - DAY_SECONDS * 1000)), time(new Date(expiresAt))),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  )
  const signature = tlv(0x03, Buffer.of(0), sign('sha256', body, issuer.key))
  return { cert: pem(sequence(body, ECDSA_WITH_SHA256, signature)), key }
}

const OID = {
  commonName: '550403',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  ecdsaWithSha256: '2a8648ce3d040302',
}
const TRUE = tlv(0x01, Buffer.of(0xff))
const ECDSA_WITH_SHA256 = sequence(oid(OID.ecdsaWithSha256))

/** Tag, length and value: the element of DER. */
function tlv(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const value = Buffer.concat(contents)
  const { length } = value
  const bytes = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...bytes), value])
}

function sequence(...elements: readonly Uint8Array[]): Buffer {
  return tlv(0x30, ...elements)
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(OID.commonName), tlv(0x0c, Buffer.from(commonName)))))
}

/** UTCTime, for years before 2050. */
function time(date: Date): Buffer {
  return tlv(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
}

/** @param value the DER of the extension's own structure */
function extension(id: string, value: Uint8Array): Buffer {
  return sequence(oid(id), tlv(0x04, value))
}

function generalName(name: string): Buffer {
  return isIPv4(name) ? tlv(0x87, Buffer.from(name.split('.').map(Number))) : tlv(0x82, Buffer.from(name))
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
