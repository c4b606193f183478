import { existsSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { findPostgresBinaries } from '../../embedded/postgres-binaries.ts'
import { startServers as startTestkitServers, type Servers as TestkitServers } from '../../testkit/servers/servers.ts'
import type { WatchedProcess } from '../measure/process-usage.ts'

export interface Servers extends TestkitServers {
  /** Whether pg_stat_statements is available, which some packages of PostgreSQL lack. */
  readonly hasStatementStatistics: boolean
}

const MIB = 1024 * 1024

/**
 * Settings for a production server. The embedded server is set up for little memory, and its frequent checkpoints cause
 * many full-page writes. fsync and synchronous_commit stay on.
 */
function postgresSettings(): string[] {
  const sharedMiB = Math.min(2_048, Math.floor(totalmem() / MIB / 4))
  return [
    `shared_buffers=${sharedMiB}MB`,
    'max_connections=200',
    'max_wal_size=8GB',
    'min_wal_size=1GB',
    'checkpoint_timeout=15min',
    'maintenance_work_mem=512MB',
    `max_worker_processes=${Math.max(2, cpus().length)}`,
    // only to create the indexes over millions of leads
    `max_parallel_workers=${cpus().length}`,
    'max_parallel_workers_per_gather=0',
  ]
}

/** Disabled until a database enables it, see measure/statements.ts. */
const STATEMENT_STATISTICS = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=none']

/**
 * Starts PostgreSQL and nats-server with empty data directories.
 * @param moreSettings of PostgreSQL, as `name=value`
 */
export async function startServers(
  print: (line: string) => void,
  moreSettings: readonly string[] = [],
): Promise<Servers> {
  const { share } = await findPostgresBinaries()
  const hasStatementStatistics = existsSync(join(share, 'extension', 'pg_stat_statements.control'))
  const settings = [...postgresSettings(), ...(hasStatementStatistics ? STATEMENT_STATISTICS : []), ...moreSettings]
  return { ...(await startTestkitServers(print, settings)), hasStatementStatistics }
}

/** The servers as processes to measure. */
export function serverProcesses({ postgres, nats }: Servers): WatchedProcess[] {
  return [
    { name: 'postgres', pid: postgres.pid, withChildren: true },
    { name: 'nats-server', pid: nats.pid, withChildren: false },
  ]
}
