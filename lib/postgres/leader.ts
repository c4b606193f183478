import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import type { Sql } from './connect.ts'
import { connectPostgres } from './connect.ts'

/*
 * One of several processes does a job. Invariants:
 *  1. The job runs only on the connection that holds the advisory lock: who loses the connection loses both.
 *  2. The server frees the lock when the process dies, when its machine is gone (TCP keepalives, 11 s) and when the
 *     process hangs (idle session timeout, 12 s): another one takes over within 15 s.
 */

export interface LeaderOptions {
  readonly url: string
  readonly applicationName: string
  /** Names the job; the same in every process. */
  readonly lockId: number
  /** Does a part of the job; called again and again while this process leads. Says whether there is more to do at once. */
  readonly work: (sql: Sql) => Promise<boolean>
  /** The pause between two calls of `work` when nothing is left to do. */
  readonly intervalMs: number
  readonly log: Log
}

export interface Leader {
  readonly leads: boolean
  /** Stops after the part in hand and gives the lead to another. Safe to call twice. */
  stop(): Promise<void>
}

const FOLLOW_MS = 2_000
const RETRY_MS = 1_000

export function runAsLeader(options: LeaderOptions): Leader {
  const { url, applicationName, lockId, work, intervalMs, log } = options
  const stopping = new AbortController()
  let leads = false
  const sql = connectPostgres({
    url,
    applicationName,
    maxConnections: 1,
    log,
    session: {
      statement_timeout: 10_000,
      idle_session_timeout: 12_000, // 2
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_keepalives_count: 3,
    },
  })
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)
  const backend = async () => (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid

  /** Leads until the connection is another one than that which took the lock (1). */
  const lead = async (pid: number | undefined) => {
    leads = true
    log.info('leads now')
    while (!stopping.signal.aborted && (await backend()) === pid) {
      if (!(await work(sql))) await pause(intervalMs)
    }
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        const [row] = await sql<{ taken: boolean; pid: number }[]>`
          select pg_try_advisory_lock(${lockId}) as taken, pg_backend_pid() as pid`
        if (row?.taken) await lead(row.pid)
        else await pause(FOLLOW_MS)
      } catch (error) {
        log.warn({ err: error }, 'the work of the leader failed; trying on')
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
