import { existsSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { findPostgresBinaries } from '../../embedded/postgres-binaries.ts'
import { startServers as startTestkitServers, type Servers as TestkitServers } from '../../testkit/servers/servers.ts'
import type { WatchedProcess } from '../measure/process-usage.ts'

export interface Servers extends TestkitServers {
  /** Whether PostgreSQL can count what it executes: not every package of it has what that needs. */
  readonly countsStatements: boolean
}

const MIB = 1024 * 1024

/**
 * PostgreSQL as one sets it up for a machine that serves many: the embedded one is made for little memory, and its small
 * write-ahead log would make it copy whole pages again and again. Durable: fsync and synchronous_commit stay on.
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
    // for the indexes of millions of leads stored before, and for nothing else
    `max_parallel_workers=${cpus().length}`,
    'max_parallel_workers_per_gather=0',
  ]
}

/** Nothing is counted until a database asks for it: see measure/statements.ts. */
const COUNTING = ['shared_preload_libraries=pg_stat_statements', 'pg_stat_statements.track=none']

/** Starts PostgreSQL and nats-server, on fresh data, for one run. */
export async function startServers(say: (line: string) => void): Promise<Servers> {
  const { share } = await findPostgresBinaries()
  const countsStatements = existsSync(join(share, 'extension', 'pg_stat_statements.control'))
  const settings = [...postgresSettings(), ...(countsStatements ? COUNTING : [])]
  return { ...(await startTestkitServers(say, settings)), countsStatements }
}

/** The servers as processes to be watched. */
export function serverProcesses({ postgres, nats }: Servers): WatchedProcess[] {
  return [
    { name: 'postgres', pid: postgres.pid, withChildren: true },
    { name: 'nats-server', pid: nats.pid, withChildren: false },
  ]
}
