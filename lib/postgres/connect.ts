import postgres from 'postgres'
import type { Log } from '../log/log.ts'
import { arrayTypes } from './array-types.ts'
import { createSocketFactory } from './socket.ts'

/** A pool of connections; queries are tagged templates. */
export type Sql = postgres.Sql
/** A part of a statement. */
export type SqlFragment = postgres.Fragment

export interface PostgresOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
  readonly maxConnections: number
  readonly log: Log
  /** More settings of the server for each connection; see its documentation, "Client Connection Defaults". */
  readonly session?: Record<string, number>
}

/** The longest statement, without its commit; the reconciler's second walk relies on it (services/intake/reconciler/). */
const STATEMENT_TIMEOUT_MS = 15_000
/** An unused connection is closed before it could be taken for a dead one. */
const IDLE_SECONDS = 15
const IDLE_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000

/**
 * Opens a pool. It connects when first used and again whenever a connection is lost; while the database is
 * away a query fails within `connect_timeout` instead of waiting for ever.
 */
export function connectPostgres({ url, applicationName, maxConnections, log, session }: PostgresOptions): Sql {
  const options: postgres.Options<Record<string, postgres.PostgresType>> & {
    max_pipeline: number
    socket: unknown
  } = {
    max: maxConnections,
    // One statement at a time on a connection: what is sent behind one that hangs can neither be taken back nor answered,
    // and each sending makes the connection look alive (socket.ts).
    max_pipeline: 0,
    max_lifetime: null, // a lock lives as long as its connection
    connect_timeout: 2,
    // The driver's own pause grows to twenty seconds for the whole pool after a few failures: a database that is back
    // would stay unused for as long.
    backoff: () => 0.1 + Math.random() * 0.4,
    idle_timeout: IDLE_SECONDS,
    connection: { application_name: applicationName, statement_timeout: STATEMENT_TIMEOUT_MS, ...session },
    onnotice: (notice) => log.debug({ notice: notice.message }, 'notice from postgres'),
    socket: createSocketFactory(IDLE_TIMEOUT_MS),
    fetch_types: false,
    types: {
      ...arrayTypes,
      // counts and ages fit a double exactly up to 2^53; nothing here counts further
      bigint: { to: 20, from: [20], serialize: (value: number) => String(value), parse: Number },
    },
  }
  return postgres(url, options) as unknown as Sql
}
