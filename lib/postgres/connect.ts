import { Duplex } from 'node:stream'
import postgres from 'postgres'
import type { Log } from '../log/log.ts'
import { createThrottledLog } from '../log/throttled-log.ts'
import { arrayTypes } from './array-types.ts'
import { parseDatabaseUrl } from './database-url.ts'
import { type Address, createSocketFactory } from './socket.ts'

/** A connection pool. Queries are tagged templates. */
export type Sql = postgres.Sql
/** A part of a statement. */
export type SqlFragment = postgres.Fragment

export interface PostgresOptions {
  /** May have the parameters `sslmode` and `sslrootcert` of libpq (database-url.ts). */
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly maxConnections: number
  readonly log: Log
  /** Additional session settings; see "Client Connection Defaults" in the PostgreSQL documentation. */
  readonly session?: Record<string, number>
  /** Called before each connection. Once it returns false, the pool ends, and all statements fail. Default: always true. */
  readonly mayConnect?: () => boolean
}

/** Longest statement, without its commit. The reconciler's late walk relies on it (services/intake/reconciler/). */
const STATEMENT_TIMEOUT_MS = 15_000
/** Shorter than the idle timeout of the socket, which would treat an unused connection as dead. */
const IDLE_SECONDS = 15
/** How much longer the idle timeout of the socket is than the longest statement. */
const IDLE_MARGIN_MS = 5_000
/** How long `end` waits for statements, and for the server to close the connections, by default. */
const END_SECONDS = 5

/**
 * Creates a pool. It connects on first use and reconnects when a connection is lost. While PostgreSQL is unreachable, a
 * query fails within `connect_timeout`. `end` takes at most {@link END_SECONDS}, unless it is given another timeout.
 */
export function connectPostgres(postgresOptions: PostgresOptions): Sql {
  const { url, applicationName, maxConnections, log, session, mayConnect } = postgresOptions
  const address = parseDatabaseUrl(url)
  const logRejection = createThrottledLog(log, 'error', 'cannot connect to PostgreSQL over TLS; retrying')
  const options: DriverOptions = {
    max: maxConnections,
    // No pipelining: a statement sent after one that hangs can neither be cancelled nor answered, and each one sent
    // resets the idle timeout of the socket (socket.ts).
    max_pipeline: 0,
    max_lifetime: null, // closing a connection would release its advisory lock
    connect_timeout: 2,
    // The driver's default backoff grows to 20 seconds for the whole pool, so that a recovered database stays unused.
    backoff: () => 0.1 + Math.random() * 0.4,
    idle_timeout: IDLE_SECONDS,
    connection: {
      application_name: applicationName,
      ...texts({ statement_timeout: STATEMENT_TIMEOUT_MS, ...session }),
    },
    onnotice: (notice) => log.debug({ notice: notice.message }, 'notice from postgres'),
    fetch_types: false,
    types: {
      ...arrayTypes,
      // doubles are exact up to 2^53, more than any count or age here
      bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: Number },
    },
  }
  const openSocket = createSocketFactory({
    idleTimeoutMs: Math.max(session?.statement_timeout ?? 0, STATEMENT_TIMEOUT_MS) + IDLE_MARGIN_MS,
    tls: address.tls,
    onTlsRejection: (err) => logRejection({ err }),
  })
  return connectBy(openSocket, address.url, options, mayConnect)
}

/**
 * Opens a single connection, for programs and jobs that end. Its statements have no timeout; `end` is as of
 * {@link connectPostgres}.
 * @param url as for {@link connectPostgres}
 */
export function connectOnce(url: string): Sql {
  const address = parseDatabaseUrl(url)
  const options = { max: 1, onnotice: () => undefined, connect_timeout: 10 }
  return connectBy(createSocketFactory({ tls: address.tls }), address.url, options)
}

/** The driver leaves out a setting that is the number 0. */
function texts(session: Readonly<Record<string, number>>): Record<string, string> {
  return Object.fromEntries(Object.entries(session).map(([name, value]) => [name, String(value)]))
}

interface DriverOptions extends postgres.Options<Record<string, postgres.PostgresType>> {
  max_pipeline?: number
}

/**
 * The driver's `end` waits without a limit by default, and leaves a connection open whose server does not close it, which
 * keeps the process alive.
 */
function connectBy(
  openSocket: (address: Address) => Duplex,
  url: string,
  options: DriverOptions,
  mayConnect = () => true,
): Sql {
  const sockets = new Set<Duplex>()
  const socket = (address: Address) => {
    const isAllowed = mayConnect()
    if (!isAllowed) void sql.end({ timeout: 0 })
    const opened = isAllowed ? openSocket(address) : unconnected()
    sockets.add(opened)
    return opened.once('close', () => sockets.delete(opened))
  }
  const withSocket = { ...options, ssl: false, socket } // the socket does TLS
  const sql = postgres(url, withSocket) as unknown as Sql
  const endByDriver = sql.end
  sql.end = async ({ timeout = END_SECONDS } = {}) => {
    await endByDriver({ timeout })
    for (const left of sockets) left.destroy()
  }
  return sql
}

/** A socket that discards what is written. */
function unconnected(): Duplex {
  return new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
}
