import { cpus, totalmem } from 'node:os'
import { type Servers, startServers as startHarnessServers } from '../../harness/servers.ts'
import type { WatchedProcess } from '../measure/process-usage.ts'

export type { Servers } from '../../harness/servers.ts'

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
  ]
}

/** Starts PostgreSQL and nats-server, on fresh data, for one run. */
export function startServers(say: (line: string) => void): Promise<Servers> {
  return startHarnessServers(say, postgresSettings())
}

/** The servers as processes to be watched. */
export function serverProcesses({ postgres, nats }: Servers): WatchedProcess[] {
  return [
    { name: 'postgres', pid: postgres.pid, withChildren: true },
    { name: 'nats-server', pid: nats.pid, withChildren: false },
  ]
}
