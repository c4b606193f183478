import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import type { Sql } from './connect.ts'
import { connectPostgres } from './connect.ts'

/*
 * Leader election: one of several processes does a job. Invariants:
 *  1. The job uses only the connection that holds the advisory lock, so losing the connection ends both.
 *  2. The server releases the lock when the process dies, its machine is unreachable (TCP keepalives, 11 s) or the
 *     process hangs (idle session timeout, 12 s). Another process takes over within 15 s.
 */

export interface LeaderOptions {
  readonly url: string
  readonly applicationName: string
  /** Identifies the job; the same in every process. */
  readonly lockId: number
  /** Does a part of the job. Called repeatedly while this process leads. Resolves to whether more work is ready now. */
  readonly work: (sql: Sql) => Promise<boolean>
  /** Delay before the next call of `work` when no more work is ready. */
  readonly intervalMs: number
  /** Longest statement. Default: 10 s. */
  readonly statementTimeoutMs?: number
  readonly log: Log
}

export interface Leader {
  readonly leads: boolean
  /** Stops after the current call of `work` and releases the lock. Safe to call twice. */
  stop(): Promise<void>
}

const FOLLOWER_INTERVAL_MS = 2_000
const RETRY_MS = 1_000

export function runAsLeader(options: LeaderOptions): Leader {
  const { url, applicationName, lockId, work, intervalMs, statementTimeoutMs = 10_000, log } = options
  const stopping = new AbortController()
  let leads = false
  const sql = connectPostgres({
    url,
    applicationName,
    maxConnections: 1,
    log,
    session: {
      statement_timeout: statementTimeoutMs,
      idle_session_timeout: 12_000, // 2
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_keepalives_count: 3,
    },
  })
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
  const backendPid = async () => (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid

  /** Leads until the connection is no longer the one that acquired the lock (1). */
  const lead = async (pid: number | undefined) => {
    leads = true
    log.info('became the leader')
    while (!stopping.signal.aborted && (await backendPid()) === pid) {
      if (!(await work(sql))) await pause(intervalMs)
    }
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        const [row] = await sql<{ acquired: boolean; pid: number }[]>`
          select pg_try_advisory_lock(${lockId}) as acquired, pg_backend_pid() as pid`
        if (row?.acquired) await lead(row.pid)
        else await pause(FOLLOWER_INTERVAL_MS)
      } catch (error) {
        log.warn({ err: error }, "the leader's work failed; retrying")
        await pause(RETRY_MS)
      }
      leads = false
    }
    await sql.end({ timeout: 2 })
  }
  const running = run()

  return {
    get leads() {
      return leads
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
