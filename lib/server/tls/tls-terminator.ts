import type { Socket } from 'node:net'
import type { SecureContextOptions, TLSSocket } from 'node:tls'
import { createServer } from 'node:tls'
import { ConfigError } from '../../config/load-config.ts'
import type { Log } from '../../log/log.ts'
import { createThrottledLog } from '../../log/throttled-log.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { CertificateFiles, CertificatePem } from './certificate.ts'
import { checkCertificate, readCertificateFiles } from './certificate.ts'
import { watchCertificate } from './certificate-watch.ts'

/** Performs TLS handshakes on connections that are handed to it. It does not listen on a port. */
export interface TlsTerminator {
  /**
   * Performs the handshake. If it fails, the connection is closed and `secured` is not called. The caller limits how
   * long it may take: Node's own limit starts again with every packet.
   */
  secure(connection: Socket, secured: (connection: TLSSocket) => void): void
  /** Stops watching the files of the certificate. */
  stop(): void
}

export interface TlsOptions {
  readonly files: CertificateFiles
  /** How often the files are checked for changes. Default 5 s. */
  readonly reloadIntervalMs?: number
}

/**
 * In order of preference: a client that offers both gets HTTP/1.1, because the server speaks only gRPC over HTTP/2.
 * Clients of gRPC offer only `h2`; browsers and curl offer both.
 */
const PROTOCOLS = ['http/1.1', 'h2']

/**
 * Reads the certificate and watches its files from now on.
 * @throws ConfigError if the certificate cannot be used
 */
export async function createTlsTerminator(
  options: TlsOptions & { log: Log; metrics: Metrics },
): Promise<TlsTerminator> {
  const { files, log, metrics } = options
  const expiry = metrics.gauge({
    name: 'leadtriage_tls_certificate_expiry_timestamp_seconds',
    help: 'When the TLS certificate in use expires, in seconds since 1970.',
  })
  const failures = metrics.counter({
    name: 'leadtriage_tls_handshake_failures_total',
    help: 'TLS handshakes that failed: closed by the client, or rejected by the server.',
    labelNames: ['reason'],
  })
  const logRejection = createThrottledLog(log, 'warn', 'rejected a TLS handshake')

  const { pem, expiresAt } = await readFirstCertificate(files)
  if (expiresAt < new Date()) log.error({ expires_at: expiresAt.toISOString() }, 'the TLS certificate has expired')
  expiry.set(expiresAt.getTime() / 1000)

  const waiting = new Map<string, (connection: TLSSocket) => void>()
  const server = createServer({
    ...contextOf(pem),
    ALPNProtocols: PROTOCOLS,
    requestCert: files.clientCa !== undefined,
    rejectUnauthorized: true,
  })
  server.on('secureConnection', (connection) => {
    const endpoints = endpointsOf(connection)
    const secured = waiting.get(endpoints)
    waiting.delete(endpoints)
    if (secured === undefined)
      connection.destroy() // the client has reset it
    else secured(connection)
  })
  server.on('tlsClientError', (error: NodeJS.ErrnoException, connection) => {
    connection.destroy()
    const isClosed = error.code === 'ECONNRESET' && !connection.authorizationError
    failures.inc({ reason: isClosed ? 'closed' : 'rejected' })
    if (!isClosed) logRejection({ reason: connection.authorizationError ?? error.code })
  })
  const stopWatching = watchCertificate({
    files,
    current: pem,
    intervalMs: options.reloadIntervalMs,
    log,
    onChange: (changed, changedExpiresAt) => {
      server.setSecureContext(contextOf(changed))
      expiry.set(changedExpiresAt.getTime() / 1000)
    },
  })

  return {
    secure: (connection, secured) => {
      const endpoints = endpointsOf(connection)
      waiting.set(endpoints, secured)
      connection.once('close', () => waiting.get(endpoints) === secured && waiting.delete(endpoints))
      connection.on('error', () => undefined) // the TLS socket reports errors
      server.emit('connection', connection)
    },
    stop: stopWatching,
  }
}

async function readFirstCertificate(files: CertificateFiles): Promise<{ pem: CertificatePem; expiresAt: Date }> {
  try {
    const pem = await readCertificateFiles(files)
    return { pem, ...checkCertificate(pem) }
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)])
  }
}

function contextOf({ cert, key, clientCa }: CertificatePem): SecureContextOptions {
  return { cert, key, ca: clientCa, minVersion: 'TLSv1.2' }
}

/** Identifies a connection while it is open. Node does not say which one a TLS socket was created for. */
function endpointsOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`
}
