import { chownSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import type { EmbeddedServer } from '../../embedded/embedded-server.ts'
import { startNats } from '../../embedded/nats.ts'
import { findNatsServer } from '../../embedded/nats-server/find-nats-server.ts'
import { startPostgres } from '../../embedded/postgres.ts'
import { postgresFiles } from '../../embedded/postgres-cluster.ts'
import type { CertificatePair } from '../tls/certificates.ts'

export type TlsServer = EmbeddedServer

/** Starts a PostgreSQL that also accepts connections with TLS. Its URL has no `sslmode`. */
export async function startTlsPostgres(directory: string, pair: CertificatePair): Promise<TlsServer> {
  const dataDir = join(directory, 'postgres')
  const server = await startPostgres({ dataDir, durable: false })
  const { cluster } = postgresFiles(dataDir)
  const { uid, gid } = statSync(cluster)
  for (const name of ['cert', 'key'] as const) {
    const path = join(cluster, `server.${name}`)
    writeFileSync(path, pair[name], { mode: 0o600 })
    chownSync(path, uid, gid) // the server may run as another user
  }
  const sql = postgres(server.url, { max: 1 })
  await sql`alter system set ssl_cert_file = 'server.cert'`
  await sql`alter system set ssl_key_file = 'server.key'`
  await sql`alter system set ssl = on`
  await sql`select pg_reload_conf()`
  await sql.end()
  return server
}

/**
 * Starts a nats-server that accepts only connections with TLS. Its URL starts with `tls:`.
 * @param clientCa PEM of the authority of client certificates; without it clients need none
 */
export async function startTlsNats(directory: string, pair: CertificatePair, clientCa?: string): Promise<TlsServer> {
  const write = (name: string, content: string) => {
    const path = join(directory, `nats-${name}`)
    writeFileSync(path, content, { mode: 0o600 })
    return JSON.stringify(path)
  }
  const tls = [`cert_file: ${write('cert', pair.cert)}`, `key_file: ${write('key', pair.key)}`]
  if (clientCa !== undefined) tls.push(`ca_file: ${write('clients', clientCa)}`, 'verify: true')
  const configFile = join(directory, 'nats.conf')
  writeFileSync(configFile, `tls {\n${tls.join('\n')}\n}\n`)
  const { bin } = await findNatsServer({})
  const server = await startNats({ bin, storeDir: join(directory, 'nats'), configFile })
  return { ...server, url: server.url.replace(/^nats:/, 'tls:') }
}
