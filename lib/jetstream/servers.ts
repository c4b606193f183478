import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { PeerCertificate } from 'node:tls'
import { checkServerIdentity } from 'node:tls'
import type { ConnectionOptions, TlsOptions } from '@nats-io/transport-node'
import { ConfigError } from '../config/load-config.ts'

/** The servers of a cluster and how connections to them are encrypted. */
export interface NatsServers {
  /** One or more URLs, separated by commas, optionally with user and password. */
  readonly url: string
  readonly tls?: NatsTls
}

/** Paths of PEM files, which are read for each connection. */
export interface NatsTls {
  /** Undefined for the authorities that Node knows. */
  readonly caFile?: string | undefined
  /** The certificate that is shown to the server, and its key. */
  readonly client?: { readonly certFile: string; readonly keyFile: string } | undefined
}

interface NatsSettings {
  readonly NATS_URL: string
  readonly NATS_CA_FILE?: string | undefined
  readonly NATS_CERT_FILE?: string | undefined
  readonly NATS_KEY_FILE?: string | undefined
}

/** @throws ConfigError if a file is missing or cannot be read */
export function natsServersOf(config: NatsSettings): NatsServers {
  const { NATS_URL: url, NATS_CA_FILE: caFile, NATS_CERT_FILE: certFile, NATS_KEY_FILE: keyFile } = config
  if ((certFile === undefined) !== (keyFile === undefined)) {
    const [given, missing] = certFile === undefined ? ['KEY', 'CERT'] : ['CERT', 'KEY']
    throw new ConfigError([`NATS_${missing}_FILE is missing: it must be set when NATS_${given}_FILE is`])
  }
  const faults = (['NATS_CA_FILE', 'NATS_CERT_FILE', 'NATS_KEY_FILE'] as const).flatMap((variable) =>
    faultOfFile(variable, config[variable]),
  )
  if (faults.length > 0) throw new ConfigError(faults)
  const client = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined
  return caFile === undefined && client === undefined ? { url } : { url, tls: { caFile, client } }
}

function faultOfFile(variable: string, path: string | undefined): string[] {
  if (path === undefined) return []
  try {
    const isPem = readFileSync(path, 'utf8').includes('-----BEGIN ')
    return isPem ? [] : [`${variable}=${path} is wrong: the file is not PEM`]
  } catch (error) {
    return [`${variable}=${path} is wrong: the file cannot be read (${(error as NodeJS.ErrnoException).code})`]
  }
}

/**
 * The client's options for the servers. Connections are encrypted if a URL is `tls:` or `tls` is given, and not made to
 * a server without TLS then; otherwise if the server demands it.
 *
 * The client has one user for all servers, so the first one applies, and it mistakes a URL with a user and a host
 * without a dot for an IPv6 address.
 */
export function serverOptions({ url, tls }: NatsServers): ConnectionOptions {
  const urls = url.split(',').map((one) => new URL(one))
  const withUser = urls.find(({ username }) => username !== '')
  const isEncrypted = tls !== undefined || urls.some(({ protocol }) => protocol === 'tls:')
  return {
    ...(withUser && { user: decodeURIComponent(withUser.username), pass: decodeURIComponent(withUser.password) }),
    ...(isEncrypted && { tls: tlsOptions(tls, hostsOf(urls)) }),
    servers: urls.map((one) => Object.assign(one, { username: '', password: '' }).href),
  }
}

/** The client passes these options to Node, which knows more of them than the client's type. */
function tlsOptions({ caFile, client }: NatsTls = {}, hosts: readonly string[]): TlsOptions {
  const options = {
    ...(caFile !== undefined && { caFile }),
    ...client,
    checkServerIdentity: (name: string, certificate: PeerCertificate) => verifyName(name, certificate, hosts),
  }
  return options
}

/**
 * Checks the names of a certificate. For a server whose URL has an IP address the client gives no name, and Node checks
 * the certificate for `localhost` then. It must be for one of the addresses instead.
 */
function verifyName(name: string, certificate: PeerCertificate, hosts: readonly string[]): Error | undefined {
  const addresses = hosts.filter((host) => isIP(host) !== 0)
  if (name !== 'localhost' || addresses.length === 0) return checkServerIdentity(name, certificate)
  const candidates = hosts.includes('localhost') ? ['localhost', ...addresses] : addresses
  const errors = candidates.map((candidate) => checkServerIdentity(candidate, certificate))
  return errors.includes(undefined) ? undefined : errors[0]
}

function hostsOf(urls: readonly URL[]): string[] {
  return urls.map(({ hostname }) => hostname.replace(/^\[(.*)\]$/, '$1'))
}
