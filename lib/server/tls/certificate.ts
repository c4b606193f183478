import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import type { Config } from '../../config/load-config.ts'
import { ConfigError } from '../../config/load-config.ts'
import type { tlsSettings } from './tls-settings.ts'

/** The PEM files of a service's certificate, as paths. */
export interface CertificateFiles {
  readonly cert: string
  readonly key: string
  /** The authorities of client certificates; undefined if clients need none. */
  readonly clientCa: string | undefined
}

/** The contents of {@link CertificateFiles}. */
export interface CertificatePem {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
}

const VARIABLES = { cert: 'TLS_CERT_FILE', key: 'TLS_KEY_FILE', clientCa: 'TLS_CLIENT_CA_FILE' } as const
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * @returns undefined without TLS
 * @throws ConfigError if a file is missing that another setting needs
 */
export function tlsOptionsOf(config: Config<typeof tlsSettings>): { files: CertificateFiles } | undefined {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, TLS_CLIENT_CA_FILE: clientCa } = config
  if (cert !== undefined && key !== undefined) return { files: { cert, key, clientCa } }
  const given = Object.values(VARIABLES).filter((variable) => config[variable] !== undefined)
  if (given.length === 0) return undefined
  const missing = (['TLS_CERT_FILE', 'TLS_KEY_FILE'] as const).filter((variable) => config[variable] === undefined)
  throw new ConfigError(missing.map((variable) => `${variable} is missing: it must be set when ${given[0]} is`))
}

/** @throws Error that names the variable and the path of a file that cannot be read */
export async function readCertificateFiles(files: CertificateFiles): Promise<CertificatePem> {
  const read = async (name: keyof CertificateFiles, path: string) =>
    readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new Error(`${VARIABLES[name]}=${path} is wrong: the file cannot be read (${error.code})`, { cause: error })
    })
  const { cert, key, clientCa } = files
  const [certPem, keyPem, clientCaPem] = await Promise.all([
    read('cert', cert),
    read('key', key),
    clientCa === undefined ? undefined : read('clientCa', clientCa),
  ])
  return { cert: certPem, key: keyPem, clientCa: clientCaPem }
}

/**
 * Checks that a server can use a certificate: that every part is valid and the key belongs to it. An expired one is
 * valid here.
 *
 * @returns when the first certificate of the chain expires
 * @throws Error that names the variable and what is wrong
 */
export function checkCertificate({ cert, key, clientCa }: CertificatePem): { expiresAt: Date } {
  const chain = parseCertificates('cert', cert)
  if (clientCa !== undefined) parseCertificates('clientCa', clientCa)
  const privateKey = attempt(`${VARIABLES.key} has no private key that can be used without a password`, () =>
    createPrivateKey(key),
  )
  if (chain[0]?.checkPrivateKey(privateKey) !== true) {
    throw new Error(`the key in ${VARIABLES.key} does not belong to the first certificate in ${VARIABLES.cert}`)
  }
  // what only OpenSSL knows, such as that a key is too short
  attempt('OpenSSL rejects the certificate', () => createSecureContext({ cert, key, ca: clientCa }))
  return { expiresAt: new Date(Math.min(...chain.map(({ validTo }) => Date.parse(validTo)))) }
}

function parseCertificates(name: keyof CertificateFiles, pem: string): X509Certificate[] {
  const blocks = pem.match(CERTIFICATE) ?? []
  if (blocks.length === 0) throw new Error(`${VARIABLES[name]} has no PEM certificate`)
  return blocks.map((block) =>
    attempt(`${VARIABLES[name]} has a certificate that is not valid`, () => new X509Certificate(block)),
  )
}

function attempt<T>(failure: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new Error(`${failure}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
