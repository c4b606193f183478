import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '../log/log.ts'
import type { Sql } from './connect.ts'
import { connectPostgres } from './connect.ts'

/*
 * Leader election: one of several processes does a job. Invariants:
 *  1. The job executes statements only on the connection that holds the advisory lock. It gets a pool of one connection,
 *     which never connects again once it has the lock, so losing the connection ends both.
 *  2. The server releases the lock when the process dies, its machine is unreachable (TCP keepalives, 11 s) or the
 *     process hangs (idle timeouts, 12 s). Another process takes over within 15 s.
 */

export interface LeaderOptions {
  readonly url: string
  readonly applicationName: string
  /** Identifies the job; the same in every process. */
  readonly lockId: number
  /**
   * Does a part of the job. Called repeatedly while this process leads. Resolves to whether more work is ready now. Once
   * the lock is lost, its statements fail.
   */
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
const END_SECONDS = 2

export function runAsLeader(options: LeaderOptions): Leader {
  const { lockId, work, intervalMs, log } = options
  const stopping = new AbortController()
  let leads = false
  const pause = (ms: number) => sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  /** @throws when the connection with the lock is lost */
  const lead = async (sql: Sql) => {
    leads = true
    log.info('became the leader')
    while (!stopping.signal.aborted) {
      await sql`select`
      const isMoreReady = await work(sql).catch(async (error: unknown) => {
        log.warn({ err: error }, "the leader's work failed; retrying")
        await pause(RETRY_MS)
        return true
      })
      if (!isMoreReady) await pause(intervalMs)
    }
  }

  const run = async () => {
    let session = openSession(options)
    while (!stopping.signal.aborted) {
      try {
        if (await session.lock(lockId)) await lead(session.sql)
        else await pause(FOLLOWER_INTERVAL_MS)
      } catch (error) {
        log.warn({ err: error }, leads ? 'lost the lock of the leader' : 'cannot elect a leader; retrying')
        if (!leads) await pause(RETRY_MS)
      }
      if (!leads) continue
      leads = false
      await session.sql.end({ timeout: END_SECONDS })
      session = openSession(options)
    }
    await session.sql.end({ timeout: END_SECONDS })
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

/** A pool of one connection, which connects again when it is lost, until it has acquired a lock (1). */
function openSession({ url, applicationName, statementTimeoutMs = 10_000, log }: LeaderOptions) {
  let isLocked = false
  const sql = connectPostgres({
    url,
    applicationName,
    maxConnections: 1,
    log,
    mayConnect: () => !isLocked,
    session: {
      statement_timeout: statementTimeoutMs,
      idle_session_timeout: 12_000, // 2
      idle_in_transaction_session_timeout: 12_000,
      tcp_keepalives_idle: 5,
      tcp_keepalives_interval: 2,
      tcp_keepalives_count: 3,
    },
  })
  return {
    sql,
    /** @returns whether it acquired the lock */
    lock: async (lockId: number): Promise<boolean> => {
      const [row] = await sql<{ acquired: boolean }[]>`select pg_try_advisory_lock(${lockId}) as acquired`
      isLocked = row?.acquired === true
      return isLocked
    },
  }
}
