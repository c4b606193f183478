import { readFileSync } from 'node:fs'
import { ConfigError } from '../config/load-config.ts'

/*
 * TLS in the URL of a database, with the names and meanings of libpq (https://www.postgresql.org/docs/current/libpq-ssl.html):
 *
 *   disable      no TLS; the default
 *   prefer       TLS if the server has it, without verification
 *   require      TLS without verification; with `sslrootcert` as verify-ca
 *   verify-ca    TLS, and the certificate of the server is of an authority in `sslrootcert`
 *   verify-full  also its names include the host of the URL; the default with `sslrootcert`
 *
 * The driver (3.4.9) does not do this: it ignores verify-ca, and sends `sslrootcert` to the server as a setting.
 */

const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
type SslMode = (typeof SSL_MODES)[number]

/** How connections are encrypted. */
export interface DatabaseTls {
  readonly mode: Exclude<SslMode, 'disable'>
  /** Path of a PEM file; undefined for the authorities that Node knows. */
  readonly caFile: string | undefined
}

export interface DatabaseAddress {
  /** The URL without its parameters of TLS. */
  readonly url: string
  /** Undefined without TLS. */
  readonly tls: DatabaseTls | undefined
}

/** Parameters of libpq that would otherwise be sent to the server. */
const UNSUPPORTED = ['ssl', 'sslcert', 'sslkey', 'sslpassword', 'sslcrl', 'sslcrldir', 'sslnegotiation'] as const

/**
 * Adds DATABASE_CA_FILE to the URL, as `sslrootcert`.
 * @throws ConfigError if the URL has wrong parameters, or the file has no certificates
 */
export function databaseUrlOf(config: { DATABASE_URL: string; DATABASE_CA_FILE?: string | undefined }): string {
  const { DATABASE_URL: given, DATABASE_CA_FILE: caFile } = config
  const [base, parameters] = splitUrl(given)
  if (caFile !== undefined) {
    if (parameters.has('sslrootcert')) {
      throw new ConfigError(['DATABASE_CA_FILE is wrong: it must not be set when DATABASE_URL has sslrootcert'])
    }
    parameters.set('sslrootcert', caFile)
  }
  const url = joinUrl(base, parameters)
  const { tls } = parseDatabaseUrl(url)
  if (tls?.caFile !== undefined)
    assertCertificates(caFile === undefined ? 'sslrootcert' : 'DATABASE_CA_FILE', tls.caFile)
  return url
}

/** @throws ConfigError if the URL has wrong parameters */
export function parseDatabaseUrl(given: string): DatabaseAddress {
  const [base, parameters] = splitUrl(given)
  const unsupported = UNSUPPORTED.filter((name) => parameters.has(name))
  if (unsupported.length > 0) {
    throw new ConfigError(unsupported.map((name) => `DATABASE_URL is wrong: its parameter ${name} is not supported`))
  }
  const root = parameters.get('sslrootcert')
  const caFile = root === null || root === 'system' ? undefined : root
  const mode = parameters.get('sslmode') ?? (root === null ? 'disable' : 'verify-full')
  if (!isSslMode(mode)) {
    throw new ConfigError([`DATABASE_URL is wrong: its sslmode must be one of ${SSL_MODES.join(', ')}`])
  }
  if (root !== null && (mode === 'disable' || mode === 'prefer')) {
    throw new ConfigError([
      `DATABASE_URL is wrong: with sslmode=${mode} the server is not verified, so DATABASE_CA_FILE must not be set`,
    ])
  }
  parameters.delete('sslmode')
  parameters.delete('sslrootcert')
  const url = joinUrl(base, parameters)
  if (mode === 'disable') return { url, tls: undefined }
  return { url, tls: { mode: mode === 'require' && root !== null ? 'verify-ca' : mode, caFile } }
}

function isSslMode(mode: string): mode is SslMode {
  return SSL_MODES.some((known) => known === mode)
}

function assertCertificates(variable: string, path: string): void {
  let pem: string
  try {
    pem = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([`${variable}=${path} is wrong: the file cannot be read (${code})`])
  }
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new ConfigError([`${variable}=${path} is wrong: the file has no PEM certificate`])
  }
}

/** Not `URL`: the driver accepts several hosts, each with its port. */
function splitUrl(url: string): [base: string, parameters: URLSearchParams] {
  const at = url.indexOf('?')
  return at < 0 ? [url, new URLSearchParams()] : [url.slice(0, at), new URLSearchParams(url.slice(at + 1))]
}

function joinUrl(base: string, parameters: URLSearchParams): string {
  return parameters.size === 0 ? base : `${base}?${parameters}`
}
